"""Testing a checkpoint on a data set: a short job, its results cached until a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server
from dashboard.server import data_sets
from dashboard.words.translation import _
from mlcore.errors import CheckpointError

__all__ = ["MOST_MISTAKES", "evaluated", "tried"]

MOST_MISTAKES = 2_000
"""How many mistakes are fetched, the worst first; a model that never learnt makes many more."""

_SECONDS = 60.0  # that a test may take


def evaluated(
    checkpoint: Path, data: str, root: Path, assumed: Mapping[str, Any], *, untrusted: bool
) -> dict[str, Any]:
    """Test a checkpoint on the test images of a data set; waits a minute at most.

    Args:
        checkpoint: the file.
        data: name of the data set.
        root: folder of the data sets.
        assumed: "activation", "mean" and "std" where the file does not state them.
        untrusted: the file was uploaded.

    Returns:
        "evaluation", "mistakes", "classes", "data" and "warnings", as the job gives them.

    Raises:
        MlcoreError: the file is gone or refused, the data are not there, or the job died.
    """
    try:
        status = checkpoint.stat()
    except OSError:
        raise CheckpointError(
            "The checkpoint {file} is gone: choose another one.", file=checkpoint.name
        ) from None
    with st.spinner(_("Testing the model …")):
        return _evaluated(
            str(checkpoint),
            (status.st_ino, status.st_size, status.st_mtime_ns),
            data,
            str(root.resolve()),
            data_sets.changed(data, root),
            dict(assumed),
            untrusted,
        )


@st.cache_data(max_entries=24, show_spinner=False)
def _evaluated(
    checkpoint: str,
    written: tuple[int, int, int],  # noqa: ARG001  part of the cache key
    data: str,
    root: str,
    changed: float,  # noqa: ARG001  part of the cache key
    assumed: dict[str, Any],
    untrusted: bool,
) -> dict[str, Any]:
    request = {
        "checkpoint": checkpoint,
        "data": {"name": data, "root": root},
        "mistakes": MOST_MISTAKES,
        "assumed": assumed,
        "untrusted": untrusted,
    }
    result: dict[str, Any] = server.jobs().call("evaluate", request, timeout=_SECONDS)
    return result


def tried(upload: Path, data: str, root: Path, activation: str | None) -> dict[str, Any]:
    """How good an uploaded model is with the usual normalisations; cached.

    Args:
        upload: the file.
        data: name of the data set whose validation images are taken.
        root: folder of the data sets.
        activation: what a person says of it, if anything.

    Returns:
        "tried", "best", "clear", "images" and "data", as the job gives them.

    Raises:
        MlcoreError: the file is refused, the data are not there, or the job died.
    """
    with st.spinner(_("Trying the usual normalisations …")):
        changed = data_sets.changed(data, root)
        return _tried(str(upload), data, str(root.resolve()), changed, activation)


@st.cache_data(max_entries=64, show_spinner=False)
def _tried(
    upload: str,
    data: str,
    root: str,
    changed: float,  # noqa: ARG001  part of the cache key
    activation: str | None,
) -> dict[str, Any]:
    request = {
        "checkpoint": upload,
        "data": {"name": data, "root": root},
        "assumed": {"activation": activation} if activation else {},
        "untrusted": True,
    }
    result: dict[str, Any] = server.jobs().call("normalisations", request, timeout=_SECONDS)
    return result
