"""What a diagnosis is made from: the curves of a run, and what its rules read off them."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.errors import DivergedError
from mlcore.events import EpochDone, Finished
from mlcore.runs import History

__all__ = ["RECENT", "Curves", "Ending", "curves_of", "recent_loss"]

Ending = Literal["training", "finished", "early", "diverged", "other"]
"""Whether a run still trains, or how it ended; "early": early stopping ended it."""

RECENT = 50
"""Steps whose mean is said to be the loss now."""

_BLOCKS = 20  # of an epoch's steps
_LEAST = 10  # steps of a block
_SINCE = ("optim.", "data.batch_size")  # settings whose edits change how a run trains


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """The curves of a run up to now; immutable.

    Attributes:
        losses: (N,) float32, the loss of each step; NaN where it is not known.
        epochs: those that are over, in order.
        config: the settings in force.
        classes: of the data set.
        steps_per_epoch: as the run is now.
        ending: how it ended, if it has.
        fresh: its first weights were drawn at random, so it begins knowing nothing.
        since: steps done when it was last edited so that it trains otherwise.
    """

    losses: NDArray[np.float32]
    epochs: Sequence[EpochDone]
    config: RunConfig
    classes: int
    steps_per_epoch: int
    ending: Ending = "training"
    fresh: bool = True
    since: int = 0

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses)

    @property
    def chance(self) -> float:
        """The loss of a model that gives every class the same probability: ln C."""
        return math.log(self.classes)

    @functools.cached_property
    def block(self) -> int:
        """Steps whose mean is one point of `levels`: a twentieth of an epoch, 10 at least."""
        return max(_LEAST, -(-self.steps_per_epoch // _BLOCKS))

    @functools.cached_property
    def levels(self) -> NDArray[np.float64]:
        """(M,) mean loss of each whole block of steps since `since`; NaN where one is unknown."""
        losses = self.losses[self.since :]
        whole = len(losses) // self.block
        blocks = losses[: whole * self.block].reshape(whole, self.block)
        with np.errstate(over="ignore", invalid="ignore"):
            means: NDArray[np.float64] = blocks.mean(axis=1, dtype=np.float64)
        return means

    @functools.cached_property
    def recent(self) -> tuple[EpochDone, ...]:
        """The epochs that began after `since`."""
        begins = [0, *(epoch.step for epoch in self.epochs)]
        return tuple(
            epoch
            for begin, epoch in zip(begins, self.epochs, strict=False)
            if begin >= self.since and epoch.step > self.since
        )

    @property
    def now(self) -> float | None:
        """The loss now: the mean of the last two whole blocks; None before there are two."""
        return float(self.levels[-2:].mean()) if len(self.levels) >= 2 else None

    def whole_epochs(self) -> Curves:
        """The curves up to the end of the last epoch; within the first two, up to now.

        What is judged by noisy losses does not come and go within an epoch.
        """
        if len(self.epochs) < 2 or self.epochs[-1].step == self.step:
            return self
        return dataclasses.replace(self, losses=self.losses[: self.epochs[-1].step])

    def end_of_block(self, index: int) -> int:
        """The last step of a point of `levels`."""
        return self.since + (index + 1) * self.block

    @property
    def annealed(self) -> bool:
        """Whether the schedule has lowered the rate so far that a level loss means nothing."""
        return bool(self.epochs) and self.epochs[-1].lr < 0.3 * self.config.optim.lr

    @property
    def warming_up(self) -> bool:
        """Whether the schedule has yet to reach the rate that the settings name."""
        if self.config.optim.schedule != "one_cycle":
            return False
        total = self.steps_per_epoch * self.config.train.epochs
        return self.step < total * self.config.optim.warmup


def recent_loss(losses: NDArray[np.float32]) -> float | None:
    """The loss that is said to be the present one: the mean of the last `RECENT` steps.

    Args:
        losses: (N,) of each step. What is not finite does not count; None where nothing is.
    """
    recent = losses[-RECENT:]
    recent = recent[np.isfinite(recent)]
    return float(recent.mean(dtype=np.float64)) if len(recent) else None


def curves_of(history: History) -> Curves:
    """The curves of a run's history.

    Raises:
        MlcoreError: its settings are missing or damaged.
    """
    config = history.config
    begin = history.starts[0].step if history.starts else 0
    since = [
        edit.step for edit in history.edits if any(name.startswith(_SINCE) for name in edit.changes)
    ]
    return Curves(
        losses=history.steps,
        epochs=[_with_numbers(epoch) for epoch in history.epochs],
        config=config,
        classes=len(CATALOG[config.data.name].classes),
        steps_per_epoch=max(1, history.length.steps_per_epoch),
        ending=_ending(history),
        fresh=begin == 0 and not history.folder.begins_at_a_checkpoint(),
        since=max([begin, *since]),
    )


def _with_numbers(epoch: EpochDone) -> EpochDone:
    """The epoch with NaN where its log has null, which stands for a number that is not finite."""
    return dataclasses.replace(epoch, train_loss=_number(epoch.train_loss), lr=_number(epoch.lr))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _ending(history: History) -> Ending:
    if history.state in ("queued", "running", "paused"):
        return "training"
    if isinstance(history.error, DivergedError):
        return "diverged"
    if isinstance(history.outcome, Finished):
        return "early" if history.outcome.early else "finished"
    return "other"
