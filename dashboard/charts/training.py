"""The chart of a training run: step and epoch losses above, validation accuracy below.

Both panels share the axis of steps. Edits and checkpoints of the run are marks on it; other
runs can be drawn beside it. No Streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.epochs import EpochsInfo, epochs_info
from dashboard.charts.loss import LossInfo, loss_info
from dashboard.charts.other_runs import OtherRun, other_arrays
from dashboard.charts.training_frame import frame
from mlcore.events import CheckpointSaved, EpochDone, SettingsEdited
from mlcore.words import setting_text

__all__ = [
    "Mark",
    "TrainingInfo",
    "training_arrays",
    "training_figure",
    "training_frame",
    "training_info",
]

_MOST_MARKS = 200
_MOST_CHANGES = 3  # told on one mark
_LEVELS = (0.97, 0.9, 0.83, 0.76)  # heights at which labels take turns, of 0 to 1
_RIGHT = 0.6  # of the axis; labels of marks behind it stand to the left
_MOST_MARKERS = 40
_REASONS = {
    "epoch": "checkpoint",
    "interval": "checkpoint",
    "stopped": "checkpoint where the run was stopped",
    "paused": "checkpoint where the run was paused",
    "finished": "checkpoint of the finished run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at a step."""

    step: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingInfo:
    """What the chart of a run shows."""

    loss: LossInfo
    epochs: EpochsInfo
    edits: tuple[Mark, ...]
    checkpoints: tuple[Mark, ...]
    upto: int  # step to which the axis reaches at least: the end of the epoch under way
    validated: bool  # images are held out, so there is an accuracy to draw
    name: str = ""  # of the run, where it is compared with others
    others: tuple[OtherRun, ...] = ()  # at most as many as there are colours

    @property
    def legend(self) -> tuple[str, ...]:
        """Names of the run and of those beside it; empty where it stands alone."""
        return (self.name, *(other.name for other in self.others)) if self.others else ()

    @property
    def dense(self) -> bool:
        """So many epochs that a marker on each would hide the curves."""
        return len(self.epochs.train) > _MOST_MARKERS


def training_info(
    losses: NDArray[np.floating[Any]],
    epochs: Sequence[EpochDone] = (),
    edits: Sequence[SettingsEdited] = (),
    checkpoints: Sequence[CheckpointSaved] = (),
    *,
    steps_per_epoch: int = 0,
    active: bool = False,
    validated: bool = True,
    window: int = 50,
    visible: tuple[float, float] | None = None,
    name: str = "",
    others: Sequence[OtherRun] = (),
) -> TrainingInfo:
    """Gather what the chart shows from the records of a run.

    Args:
        losses: (N,) loss of every step.
        epochs: those that are over, in order.
        edits: changes of settings, in order.
        checkpoints: those that were saved, in order.
        steps_per_epoch: 0 where it is not known yet.
        active: the run is under way, so the axis reaches to the end of its epoch.
        validated: images are held out of training.
        window: steps of the moving mean.
        visible: first and last step on the screen; None: all.
        name: what the run is called, where there are others.
        others: runs to draw beside it.
    """
    under_way = -(-(len(losses) + 1) // steps_per_epoch) if steps_per_epoch and active else 0
    return TrainingInfo(
        loss=loss_info(losses, window=window, visible=visible),
        epochs=epochs_info(epochs),
        edits=tuple(Mark(step=edit.step, text=_changes(edit)) for edit in edits[-_MOST_MARKS:]),
        checkpoints=tuple(
            Mark(step=saved.step, text=_REASONS.get(saved.reason, "checkpoint"))
            for saved in checkpoints[-_MOST_MARKS:]
        ),
        upto=max(under_way * steps_per_epoch, len(losses), *(other.steps for other in others)),
        validated=validated or any(other.accuracy for other in others),
        name=name,
        others=tuple(others),
    )


def training_arrays(info: TrainingInfo) -> list[dict[str, Any]]:
    """For each trace of the figure its `x`, `y` and the rest, short enough to be sent."""
    raw, smooth = info.loss.raw, info.loss.smooth
    curves: list[dict[str, Any]] = [
        {"x": raw.step, "y": raw.value},
        {"x": smooth.step, "y": smooth.value},
    ]
    curves += [
        {
            "x": np.array([point.step for point in points], np.int32),
            "y": np.array([point.value for point in points], np.float64),
            "customdata": np.array([point.epoch for point in points], np.int32),
        }
        for points in (info.epochs.train, info.epochs.validation, info.epochs.accuracy)
    ]
    curves.append(
        {
            "x": np.array([mark.step for mark in info.checkpoints], np.int32),
            "y": np.zeros(len(info.checkpoints), np.float32),
            "text": [mark.text for mark in info.checkpoints],
        }
    )
    curves += _edit_marks(info)
    return curves + other_arrays(info.others)


def training_frame(info: TrainingInfo, *, log: bool, run: str) -> dict[str, Any]:
    """Traces without data and the layout that go with `training_arrays`.

    Args:
        info: what the chart shows.
        log: the axis of the losses counts in powers of ten.
        run: what keeps the zoom while data arrive.
    """
    return frame(
        log=log,
        validated=info.validated,
        run=run,
        upto=info.upto,
        dense=info.dense,
        legend=info.legend,
        smooth=len(info.loss.smooth.step) > 0,
    )


def training_figure(
    info: TrainingInfo, *, log: bool = False, run: str = "", narrow: bool = False
) -> go.Figure:
    """The whole figure, data included.

    Args:
        info: what it shows.
        log: the axis of the losses counts in powers of ten.
        run: what keeps the zoom while data arrive; another run starts unzoomed.
        narrow: for a phone.
    """
    figure = go.Figure(training_frame(info, log=log, run=run))
    for trace, arrays in zip(figure.data, training_arrays(info), strict=True):
        trace.update(arrays)
    if narrow:
        figure.update_layout(height=420)
    return figure


def _edit_marks(info: TrainingInfo) -> list[dict[str, Any]]:
    """A vertical line for each edit, and its label.

    The labels are a trace of their own: Plotly forgets the label of a point that had none before.
    """
    marks = info.edits
    return [
        {
            "x": [step for mark in marks for step in (mark.step, mark.step, None)],
            "y": [end for _ in marks for end in (0, 1, None)],
        },
        {
            "x": [mark.step for mark in marks],
            "y": [_LEVELS[place % len(_LEVELS)] for place in range(len(marks))],
            "text": [f"\u2002{mark.text}\u2002" for mark in marks],
            "textposition": [
                "middle left" if mark.step > _RIGHT * info.upto else "middle right"
                for mark in marks
            ],
        },
    ]


def _changes(edit: SettingsEdited) -> str:
    """The edit in words: "lr 0.003 → 0.01"."""
    told = [
        f"{name.split('.')[-1].replace('_', ' ')} {setting_text(edit.before.get(name, '?'))} → "
        f"{setting_text(value)}"
        for name, value in list(edit.changes.items())[:_MOST_CHANGES]
    ]
    more = len(edit.changes) - len(told)
    return ", ".join([*told, *([f"{more} more"] if more else [])])
