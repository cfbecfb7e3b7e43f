"""The chart of a training run: step and epoch losses above, validation accuracy below.

Both panels share the axis of steps. Edits and checkpoints of the run are marked on it, and losses
that are off the scale; other runs can be drawn beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.epochs import EpochsInfo, epoch_arrays, epochs_info
from dashboard.charts.loss import LossInfo, loss_info
from dashboard.charts.loss_axis import NO_DATA_LOSS, AxisKind, LossAxis, loss_axis
from dashboard.charts.other_runs import OtherRun, other_arrays
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import short_label
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import figure, listed
from mlcore.events import CheckpointSaved, EpochDone, SettingsEdited

__all__ = ["TrainingInfo", "edit_words", "training_arrays", "training_info"]

_MOST_MARKS = 200
_MOST_CHANGES = 3  # written on one mark
_MOST_MARKERS = 40
_NO_DATA_STEPS = 100  # the axis of a run that is not known to have steps yet
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
    axis: LossAxis
    epochs: EpochsInfo
    edits: tuple[SettingsEdited, ...]  # the latest 200
    checkpoints: tuple[CheckpointSaved, ...]  # the latest 200
    upto: int  # step to which the axis reaches at least: the end of the current epoch
    validated: bool  # images are held out, so there is an accuracy to draw
    diverged: int = 0  # the step whose loss was not finite any more; 0: none
    marked: tuple[int, int] | None = None  # first and last step of what is pointed at
    name: str = ""  # of the run, where it is compared with others
    others: tuple[OtherRun, ...] = ()  # at most as many as there are colours

    @property
    def legend(self) -> tuple[str, ...]:
        """Names of the run and of those beside it; empty where there are no others."""
        return (self.name, *(other.name for other in self.others)) if self.others else ()

    @property
    def empty(self) -> bool:
        """Whether there is no curve yet."""
        lowest = 0 if self.axis.log else -np.inf
        curves = (self.loss.raw, *(other.loss for other in self.others))
        return not any((curve.value > lowest).any() for curve in curves)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the chart cannot draw, in words."""
        notes = []
        if self.axis.peak is not None:
            step, loss = self.axis.peak
            notes.append(
                ngettext(
                    "{n:,} loss off the scale: {peak} at step {step:,.0f}",
                    "{n:,} losses off the scale: up to {peak} at step {step:,.0f}",
                    self.axis.count,
                    peak=figure(loss),
                    step=step,
                )
            )
        if self.axis.zeros:
            notes.append(
                ngettext(
                    "{n:,} loss of 0: a logarithmic axis cannot show it",
                    "{n:,} losses of 0: a logarithmic axis cannot show them",
                    self.axis.zeros,
                )
            )
        if self.diverged:
            notes.append(_("no finite loss from step {step:,} on", step=self.diverged))
        return tuple(notes)

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
    begin: int = 0,
    diverged: int = 0,
    marked: tuple[int, int] | None = None,
    validated: bool = True,
    window: int = 50,
    visible: tuple[float, float] | None = None,
    axis: AxisKind = "auto",
    was_log: bool = False,
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
        begin: the step at which the first of the epochs began.
        diverged: the step whose loss was not finite any more; 0: none.
        marked: first and last step of what is pointed at.
        validated: images are held out of training.
        window: steps of the moving mean.
        visible: first and last step on the screen; None: all.
        axis: of the losses, as a person chose it.
        was_log: it was logarithmic by itself when the run was drawn last.
        name: the run's name, where there are others.
        others: runs to draw beside it.
    """
    means = epochs_info(epochs, begin=begin)
    return TrainingInfo(
        loss=loss_info(losses, window=window, visible=visible),
        axis=loss_axis(
            losses,
            _points(means, others),
            others=[other.loss.value for other in others],
            kind=axis,
            before=was_log,
        ),
        epochs=means,
        edits=tuple(edits[-_MOST_MARKS:]),
        checkpoints=tuple(checkpoints[-_MOST_MARKS:]),
        upto=max(epoch_end, len(losses), *(other.steps for other in others)) or _NO_DATA_STEPS,
        diverged=diverged,
        marked=marked,
        validated=validated or any(other.accuracy for other in others),
        name=name,
        others=tuple(others),
    )


def _points(means: EpochsInfo, others: Sequence[OtherRun]) -> NDArray[np.float64]:
    """(2, M) step and value of what shares the axis with the step losses."""
    own = [(point.step, point.value) for point in means.train + means.validation]
    drawn = [np.array(own, np.float64).reshape(-1, 2).T]
    return np.concatenate(
        [*drawn, *(np.stack([other.loss.step, other.loss.value]) for other in others)], axis=1
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
        _off_the_scale(info.axis),
        *_corners(info),
        *other_arrays(info.others),
    ]


def edit_words(info: TrainingInfo) -> list[tuple[int, str]]:
    """The step and the words of each edit, for the labels that the browser finds room for."""
    return [(edit.step, _changes(edit)) for edit in info.edits]


def _edit_marks(info: TrainingInfo) -> list[dict[str, Any]]:
    """A vertical line for each edit, and a point that says on hover what was edited."""
    words = edit_words(info)
    return [
        {
            "x": [x for step, _text in words for x in (step, step, None)],
            "y": [0, 1, None] * len(words),
        },
        {
            "x": [step for step, _text in words],
            "y": [1.0] * len(words),
            "text": [text for _step, text in words],
        },
    ]


def _off_the_scale(axis: LossAxis) -> dict[str, Any]:
    """Marks at the upper edge, above the losses that are cut off."""
    return {
        "x": np.array([step for step, _loss in axis.above], np.float64),
        "y": np.ones(len(axis.above), np.float32),
        "text": [figure(loss) for _step, loss in axis.above],
    }


def _corners(info: TrainingInfo) -> list[dict[str, Any]]:
    """Where there is no curve yet: the corners of the axes that a first one will need."""
    steps, losses = [0, info.upto], [0.1 if info.axis.log else 0, NO_DATA_LOSS]
    accuracy = info.epochs.accuracy or any(other.accuracy for other in info.others)
    return [
        {"x": steps, "y": losses if info.empty else [None, None]},
        {"x": steps, "y": [None, None] if accuracy else [0, 100]},
    ]


def _changes(edit: SettingsEdited) -> str:
    """The edit in words: "lr 0.003 → 0.01"."""
    shown = list(edit.changes.items())[:_MOST_CHANGES]
    parts = [
        _(
            "{setting} {before} → {after}",
            setting=short_label(name),
            before=setting_text(edit.before.get(name, "?")),
            after=setting_text(value),
        )
        for name, value in shown
    ]
    more = len(edit.changes) - len(shown)
    if more:
        parts.append(ngettext("{n} more", "{n} more", more))
    return listed(parts)
