"""The chart of a training run: step and epoch losses above, validation accuracy below.

Both panels share the axis of steps. Edits and checkpoints of the run are marked on it; other
runs can be drawn beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.epochs import EpochsInfo, epoch_arrays, epochs_info
from dashboard.charts.loss import LossInfo, loss_info
from dashboard.charts.other_runs import OtherRun, other_arrays
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import short_label
from dashboard.words.translation import N_, ngettext, translated
from mlcore.events import CheckpointSaved, EpochDone, SettingsEdited

__all__ = ["TrainingInfo", "training_arrays", "training_info"]

_MOST_MARKS = 200
_MOST_CHANGES = 3  # written on one mark
_LEVELS = (0.97, 0.9, 0.83, 0.76)  # heights that labels take in turn, of 0 to 1
_RIGHT = 0.6  # of the axis; beyond it labels are on the left of their marks
_MOST_MARKERS = 40
_CHECKPOINT = N_("checkpoint")
_REASONS: Mapping[str, str] = {
    "stopped": N_("checkpoint where the run was stopped"),
    "paused": N_("checkpoint where the run was paused"),
    "finished": N_("checkpoint of the finished run"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingInfo:
    """What the chart of a run shows."""

    loss: LossInfo
    epochs: EpochsInfo
    edits: tuple[SettingsEdited, ...]  # the latest 200
    checkpoints: tuple[CheckpointSaved, ...]  # the latest 200
    upto: int  # step to which the axis reaches at least: the end of the current epoch
    validated: bool  # images are held out, so there is an accuracy to draw
    name: str = ""  # of the run, where it is compared with others
    others: tuple[OtherRun, ...] = ()  # at most as many as there are colours

    @property
    def legend(self) -> tuple[str, ...]:
        """Names of the run and of those beside it; empty where there are no others."""
        return (self.name, *(other.name for other in self.others)) if self.others else ()

    @property
    def dense(self) -> bool:
        """Whether there are so many epochs that a marker on each would hide the curves."""
        return len(self.epochs.train) > _MOST_MARKERS


def training_info(
    losses: NDArray[np.floating[Any]],
    epochs: Sequence[EpochDone] = (),
    edits: Sequence[SettingsEdited] = (),
    checkpoints: Sequence[CheckpointSaved] = (),
    *,
    epoch_end: int = 0,
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
        epoch_end: step to which the axis reaches at least; 0 where no epoch is under way.
        validated: images are held out of training.
        window: steps of the moving mean.
        visible: first and last step on the screen; None: all.
        name: the run's name, where there are others.
        others: runs to draw beside it.
    """
    return TrainingInfo(
        loss=loss_info(losses, window=window, visible=visible),
        epochs=epochs_info(epochs),
        edits=tuple(edits[-_MOST_MARKS:]),
        checkpoints=tuple(checkpoints[-_MOST_MARKS:]),
        upto=max(epoch_end, len(losses), *(other.steps for other in others)),
        validated=validated or any(other.accuracy for other in others),
        name=name,
        others=tuple(others),
    )


def training_arrays(info: TrainingInfo) -> list[dict[str, Any]]:
    """For each trace of the figure its `x`, `y` and texts, downsampled enough to be sent."""
    raw, smooth = info.loss.raw, info.loss.smooth
    checkpoints = {
        "x": np.array([saved.step for saved in info.checkpoints], np.int32),
        "y": np.zeros(len(info.checkpoints), np.float32),
        "text": [translated(_REASONS.get(saved.reason, _CHECKPOINT)) for saved in info.checkpoints],
    }
    return [
        {"x": raw.step, "y": raw.value},
        {"x": smooth.step, "y": smooth.value},
        epoch_arrays(info.epochs.train),
        epoch_arrays(info.epochs.validation),
        epoch_arrays(info.epochs.accuracy, 100),
        checkpoints,
        *_edit_marks(info),
        *other_arrays(info.others),
    ]


def _edit_marks(info: TrainingInfo) -> list[dict[str, Any]]:
    """A vertical line for each edit, and its label.

    The labels are a trace of their own: Plotly forgets the label of a point that had none before.
    """
    steps = [edit.step for edit in info.edits]
    return [
        {
            "x": [x for step in steps for x in (step, step, None)],
            "y": [0, 1, None] * len(steps),
        },
        {
            "x": steps,
            "y": [_LEVELS[index % len(_LEVELS)] for index in range(len(steps))],
            "text": [f"\u2002{_changes(edit)}\u2002" for edit in info.edits],
            "textposition": [
                "middle left" if step > _RIGHT * info.upto else "middle right" for step in steps
            ],
        },
    ]


def _changes(edit: SettingsEdited) -> str:
    """The edit in words: "lr 0.003 → 0.01"."""
    shown = list(edit.changes.items())[:_MOST_CHANGES]
    parts = [
        f"{short_label(name)} {setting_text(edit.before.get(name, '?'))} → {setting_text(value)}"
        for name, value in shown
    ]
    more = len(edit.changes) - len(shown)
    if more:
        parts.append(ngettext("{n} more", "{n} more", more))
    return ", ".join(parts)
