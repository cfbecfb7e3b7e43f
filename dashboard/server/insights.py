"""What short jobs find in a model: asked once, and kept until a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard import server
from dashboard.server import data_sets
from dashboard.server.contents import content_of
from mlcore.jobs import Job

__all__ = ["Found", "Model", "ask", "begin"]

_SECONDS = 110.0  # that a look may take; the supervisor ends it soon after

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A checkpoint and the data it is looked at with.

    Attributes:
        checkpoint: the file.
        data: name of the data set.
        root: folder of the data sets.
        assumed: "activation", "mean" and "std" where the file does not state them.
        untrusted: the file was uploaded.
    """

    checkpoint: Path
    data: str
    root: Path
    assumed: Mapping[str, Any]
    untrusted: bool

    def request(self) -> dict[str, Any]:
        """What every job is told of it."""
        return {
            "checkpoint": str(self.checkpoint),
            "data": {"name": self.data, "root": str(self.root.resolve())},
            "assumed": dict(self.assumed),
            "untrusted": self.untrusted,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What a job answered, and the arrays in its file."""

    told: dict[str, Any]
    arrays: Arrays


def ask(kind: str, model: Model, **more: Any) -> Found:
    """Ask a short job, and wait; what it found is kept for all sessions.

    Args:
        kind: "image", "unit", "learned" or "epochs", as `mlcore.jobs.insight` names them.
        model: what is looked at.
        more: of the request.

    Raises:
        MlcoreError: a file is gone or refused, what is asked for is not there, or the job died.
    """
    files = [model.checkpoint, *(Path(path) for path in more.get("checkpoints", ()))]
    changed = data_sets.changed(model.data, model.root)
    return _asked(kind, model.request() | more, [content_of(file) for file in files], changed)


def begin(kind: str, model: Model) -> Job:
    """Start a job that takes longer and reports how far it is."""
    return server.jobs().submit(kind, model.request())


@st.cache_data(max_entries=48, show_spinner=False)
def _asked(
    kind: str,
    request: dict[str, Any],
    contents: list[str],  # noqa: ARG001  part of the cache key
    changed: float,  # noqa: ARG001  part of the cache key
) -> Found:
    job = server.jobs().submit(kind, request)
    told = job.wait(_SECONDS)
    return Found(told, job.take_arrays(told["file"]) if "file" in told else {})
