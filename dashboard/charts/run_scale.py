"""Where a step of a run stands on other axes: in epochs, seconds of training, images seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.words.translation import N_
from mlcore.events import EpochDone

__all__ = ["AGAINST", "Against", "StepScale", "step_scale"]

Against = Literal["step", "epoch", "seconds", "images"]

AGAINST: Mapping[Against, str] = {
    "step": N_("Step"),
    "epoch": N_("Epoch"),
    "seconds": N_("Seconds of training"),
    "images": N_("Images seen"),
}
"""What a curve can be drawn against."""


@dataclass(frozen=True, slots=True)
class StepScale:
    """Turns steps into places on an axis.

    Attributes:
        steps, places: where some steps stand, ascending; others lie between them, or beyond at the
            pace of the last ones. Empty: nothing is known.
    """

    steps: tuple[float, ...]
    places: tuple[float, ...]

    def at(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """(N,) places of these steps; NaN where nothing is known."""
        wanted = np.asarray(steps, np.float64)
        if len(self.steps) < 2:
            return np.full(len(wanted), np.nan)
        placed = np.interp(wanted, self.steps, self.places)
        span = self.steps[-1] - self.steps[-2]
        pace = (self.places[-1] - self.places[-2]) / span if span else 0.0
        beyond = wanted > self.steps[-1]
        placed[beyond] = self.places[-1] + (wanted[beyond] - self.steps[-1]) * pace
        return placed

    def band(self, first: int, last: int) -> tuple[float, float] | None:
        """Where these steps begin and end on the axis; None where nothing is known."""
        begin, end = self.at(np.array([first - 0.5, last + 0.5]))
        return None if math.isnan(begin) or math.isnan(end) else (float(begin), float(end))


def step_scale(
    against: Against,
    epochs: Sequence[EpochDone],
    *,
    begin: int = 0,
    steps_per_epoch: int = 0,
    batch_size: int = 0,
) -> StepScale:
    """The scale of a run.

    Args:
        against: the axis.
        epochs: those that are over, in order.
        begin: the step at which the first began; that of a fork's parent for a fork.
        steps_per_epoch: of a run whose first epoch is not over; 0: not known.
        batch_size: images of a step, where an epoch does not say how many it had.
    """
    if against == "step":
        return StepScale((0.0, 1.0), (0.0, 1.0))
    steps, places = [float(begin)], [_begin(against, begin, epochs, batch_size)]
    for done in epochs:
        taken = done.step - steps[-1]
        if taken <= 0:
            continue
        steps.append(float(done.step))
        places.append(places[-1] + _taken(against, done, taken, batch_size))
    if len(steps) == 1 and steps_per_epoch and against != "seconds":
        steps.append(begin + float(steps_per_epoch))
        one = 1.0 if against == "epoch" else float(steps_per_epoch * batch_size)
        places.append(places[0] + one)
    return StepScale(tuple(steps), tuple(places))


def _begin(against: Against, begin: int, epochs: Sequence[EpochDone], batch_size: int) -> float:
    if against == "epoch":
        return float(epochs[0].epoch - 1) if epochs and begin else 0.0
    return float(begin * batch_size) if against == "images" else 0.0


def _taken(against: Against, done: EpochDone, steps: float, batch_size: int) -> float:
    """How far an epoch of so many steps leads on the axis."""
    if against == "epoch":
        return 1.0
    seconds = done.seconds if done.seconds is not None and math.isfinite(done.seconds) else 0.0
    if against == "seconds":
        return seconds
    pace = done.images_per_second
    known = pace is not None and math.isfinite(pace) and seconds > 0
    return seconds * pace if known else steps * batch_size
