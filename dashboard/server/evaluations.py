"""Testing a checkpoint on a data set: a short job, its results kept by what is in the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server
from dashboard.server import data_sets
from dashboard.server.contents import content_of
from dashboard.words.translation import _
from mlcore.insight.answers import Answers, Ints, answers_in
from mlcore.insight.calibration import Calibration, calibration
from mlcore.insight.curves import ClassCurves, class_curves
from mlcore.insight.ranking import Ranking, ranked

__all__ = ["Tested", "evaluated", "tried"]

_SECONDS = 60.0  # that a test may take
_KEPT = 24  # tests; the answers to 10,000 images in ten classes take 2 MB with what comes of them


@dataclass(frozen=True)
class Tested:
    """A checkpoint on the test images of a data set; what comes of its answers is computed once.

    Attributes:
        result: "evaluation", "classes", "data" and "warnings", as the job gives them.
        answers: to each test image.
        validation: to images that were not trained on; None where there are none.
    """

    result: Mapping[str, Any]
    answers: Answers
    validation: Answers | None
    _orders: dict[Ranking, Ints] = field(default_factory=dict)

    @cached_property
    def curves(self) -> tuple[ClassCurves, ...]:
        """ROC and precision-recall curves of each class."""
        return class_curves(self.answers)

    @cached_property
    def calibration(self) -> Calibration:
        """How far to trust the probabilities."""
        return calibration(self.answers, self.validation)

    def order(self, ranking: Ranking) -> Ints:
        """Indices of the images in this order."""
        if ranking not in self._orders:
            self._orders[ranking] = ranked(self.answers, ranking)
        return self._orders[ranking]


def evaluated(
    checkpoint: Path, data: str, root: Path, assumed: Mapping[str, Any], *, untrusted: bool
) -> Tested:
    """Test a checkpoint on the test images of a data set; waits a minute at most.

    Kept by content: a file that was copied or renamed is not tested again.

    Args:
        checkpoint: the file.
        data: name of the data set.
        root: folder of the data sets.
        assumed: "activation", "mean" and "std" where the file does not state them.
        untrusted: the file was uploaded.

    Raises:
        MlcoreError: the file is gone or refused, the data are not there, or the job died.
    """
    with st.spinner(_("Testing the model …")):
        return _evaluated(
            {
                "checkpoint": str(checkpoint),
                "data": {"name": data, "root": str(root.resolve())},
                "mistakes": 0,
                "answers": True,
                "assumed": dict(assumed),
                "untrusted": untrusted,
            },
            content_of(checkpoint),
            data_sets.images(data, root).fingerprint,
            dict(assumed),
            untrusted,
        )


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _evaluated(
    _request: dict[str, Any],
    content: str,  # noqa: ARG001  part of the cache key
    fingerprint: str,  # noqa: ARG001  part of the cache key
    assumed: dict[str, Any],  # noqa: ARG001  part of the cache key
    untrusted: bool,  # noqa: ARG001  part of the cache key
) -> Tested:
    job = server.jobs().submit("evaluate", _request)
    result = job.wait(_SECONDS)
    splits = answers_in(job.take_arrays(result["answers"]))
    return Tested(result, splits["test"], splits.get("validation"))


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
