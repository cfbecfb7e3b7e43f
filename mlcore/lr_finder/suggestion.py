"""What a range test suggests: pure, from learning rates and losses to a rate or the reason why not.

The smoothed loss stays level while the rate is too low, falls, and turns up where the steps leap
too far. Suggested is the rate at which it had come down `SHARE` of its way to the lowest, where it
falls best, or `DISTANCE` of the rate of the lowest, if that is smaller: that is already the edge,
and a training has to stand its rate for thousands of steps. (Smith takes the rate where the
loss falls best by eye, Gugger a tenth of that of the lowest, fastai the steepest place or the
longest valley. On digits and MNIST, with three networks, all optimizers, batch norm, dropout and
clipping, the steepest place was lost in noise, and no fixed part of the lowest one's rate served
both SGD and Adam.) Where that was tried beside the usual rate, it has to have been ahead: see
`trial`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlcore.config import OptimConfig
from mlcore.errors import MlcoreError, Notice
from mlcore.lr_finder.points import STEPS, RangeTest
from mlcore.lr_finder.trial import judge
from mlcore.words import figure

__all__ = [
    "BETA",
    "DISTANCE",
    "DIVERGED",
    "SHARE",
    "Suggestion",
    "has_diverged",
    "smoothed",
    "suggest",
]

BETA = 0.9
"""Share of the running mean that a step keeps: the mean reaches back about 10 steps."""

DIVERGED = 4.0
"""A test ends where the smoothed loss is this many times its lowest (fastai's rule)."""

SHARE = 0.7
"""Of the way of the smoothed loss from the start to its lowest."""

DISTANCE = 0.4
"""Of the rate of the lowest smoothed loss: the highest that is suggested."""

_BASELINE = 20  # steps at the start whose mean loss is that of the untrained model
_FEWEST = 30  # steps without which nothing can be said
_LEAST_FALL = 0.03  # of the loss at the start
_NOISE = 4.0  # standard deviations of the smoothed loss of the untrained model
_NEAR_END = 5  # steps: a loss that is lowest in the last ones may fall further

_CALMING = ("rmsprop", "adagrad")
"""Optimizers that need no such distance, as measured: where gradients grow, they divide by more for
a long time."""

_RMSPROP = 2.5
"""Times that rate for RMSprop, as measured: the mean of squares that it divides by begins at 0 and
lags, so that in a test its loss turns up at a lower rate than in a training. Momentum, which
evens the steps out, takes that away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A learning rate to train with, or none, and why.

    Attributes:
        lr: the rate, two digits; None where the test suggests none.
        reasons: what the curve says, in one or two sentences; then what the trials said, if there
            were any.
        lowest: place of the lowest smoothed loss among the steps; None where there is none.
    """

    lr: float | None
    reasons: tuple[MlcoreError, ...]
    lowest: int | None = None


def smoothed(losses: Sequence[float | None]) -> NDArray[np.float64]:
    """The running mean of the losses up to the first that is None; `(n,)`.

    v ← β v + (1-β) loss, over 1 - βᵏ at step k, as v begins at 0 (Kingma and Ba, 2015, section 3;
    Gugger, 2018, for range tests), with β = `BETA`.
    """
    mean, found = 0.0, []
    for step, loss in enumerate(_finite(losses), 1):
        mean = BETA * mean + (1 - BETA) * loss
        found.append(mean / (1 - BETA**step))
    return np.array(found, np.float64)


def has_diverged(losses: Sequence[float | None]) -> bool:
    """Whether a test should end: the last loss is None, or the losses have grown far too high.

    That is where the smoothed loss is above `DIVERGED` times its lowest so far, and above the loss
    at the start: with few images a batch, a lucky one would end the test otherwise.
    """
    if losses and losses[-1] is None:
        return True
    if len(losses) <= _BASELINE:
        return False
    means = smoothed(losses)
    return bool(means[-1] > max(DIVERGED * means.min(), _start(means)))


def suggest(test: RangeTest, optim: OptimConfig) -> Suggestion:
    """The learning rate that a test and its trials suggest, and why.

    Args:
        test: up to its end, or wherever it was stopped.
        optim: the optimizer it was made with; the rate in it is not used.
    """
    means = smoothed(test.losses)
    if not test.ending:
        return Suggestion(lr=None, reasons=(_STOPPED,))
    if len(means) < _FEWEST:
        return Suggestion(lr=None, reasons=(_too_short(test, len(means)),))
    start, lowest = _start(means), _BASELINE + int(means[_BASELINE:].argmin())
    before = min(start, test.chance)  # a model that is worse than guessing need not learn for that
    if before - means[lowest] < max(_LEAST_FALL * before, _NOISE * _noise(test)):
        return Suggestion(lr=None, reasons=(_no_fall(start, float(means[lowest]), test.chance),))
    found = _from_curve(test, optim, means, start, lowest)
    if not test.trials:
        return found
    rate, outcome = judge(*test.trials)
    return replace(found, lr=rate, reasons=(*found.reasons, *outcome))


def _from_curve(
    test: RangeTest, optim: OptimConfig, means: NDArray[np.float64], start: float, lowest: int
) -> Suggestion:
    level = start - SHARE * (start - float(means[lowest]))
    place = _reached(means, lowest, level)
    edge, here = test.lrs[lowest], test.lrs[place]
    factor = _factor(optim)
    near = optim.name not in _CALMING and here > DISTANCE * edge
    rate = DISTANCE * edge if near else factor * here
    rate = min(float(f"{rate:.2g}"), test.lrs[-1])
    values = {
        "start": figure(start, 3),
        "low": figure(float(means[lowest]), 3),
        "edge": f"{edge:.2g}",
        "place": f"{here:.2g}",
    }
    still = lowest >= STEPS - _NEAR_END
    why = _why(values, factor, still=still, near=near)
    return Suggestion(lr=rate, reasons=(why,), lowest=lowest)


def _reached(means: NDArray[np.float64], lowest: int, level: float) -> int:
    """The step from which on the smoothed loss stays at or below a level, up to its lowest."""
    above = np.flatnonzero(means[:lowest] > level)
    return int(above[-1]) + 1 if len(above) else 0


def _why(values: dict[str, str], factor: float, *, still: bool, near: bool) -> Notice:
    if still:
        return Notice(
            "The smoothed loss fell from {start} to {low}, and was still falling at {edge}, near "
            "the highest rate of the test; so an even higher one than this may serve.",
            **values,
        )
    if factor != 1:
        return Notice(
            "The smoothed loss fell from {start} to {low}, its lowest, at a rate of {edge}; at "
            "{place} it had come down 70 % of that way. A training with RMSprop stands {factor:.1f}"
            " times that, as its first steps are the longest.",
            factor=factor,
            **values,
        )
    if near:
        return Notice(
            "The smoothed loss fell from {start} to {low}, its lowest, at a rate of {edge}, and "
            "most of that shortly before. Beyond it the steps do harm, so two fifths of that rate "
            "are a safe distance.",
            **values,
        )
    return Notice(
        "The smoothed loss fell from {start} to {low}, its lowest, at a rate of {edge}; at {place} "
        "it had come down 70 % of that way: there it falls well, and the steps do no harm yet.",
        **values,
    )


_STOPPED = Notice("The test was stopped before its end, and suggests nothing.")


def _too_short(test: RangeTest, steps: int) -> Notice:
    """Why nothing can be said of a loss that has left its bounds after so few steps."""
    if test.losses[-1] is None:
        return Notice(
            "The loss became NaN or infinite at step {step}, at a learning rate of {rate:g}: "
            "check the normalisation (`data.mean`, `data.std`) before the learning rate.",
            step=steps + 1,
            rate=test.lrs[steps],
        )
    return Notice(
        "The loss grew from the first steps on, at learning rates up to {rate:g}: check the "
        "normalisation (`data.mean`, `data.std`) before the learning rate.",
        rate=test.lrs[-1],
    )


def _no_fall(start: float, lowest: float, chance: float) -> Notice:
    return Notice(
        "The smoothed loss went from {start} to {lowest} at best, where guessing gives {chance}: "
        "no learning rate helped clearly within so few steps. Keep the usual one, or try another "
        "activation, batch norm or larger batches.",
        start=figure(start, 3),
        lowest=figure(lowest, 3),
        chance=figure(chance, 3),
    )


def _factor(optim: OptimConfig) -> float:
    """What the rate is multiplied by."""
    return _RMSPROP ** (1 - optim.momentum) if optim.name == "rmsprop" else 1.0


def _start(means: NDArray[np.float64]) -> float:
    """The loss of the untrained model: the rates of the first steps change nothing."""
    return float(means[:_BASELINE].mean())


def _noise(test: RangeTest) -> float:
    """Standard deviation of the smoothed loss of the untrained model, from batch to batch.

    A running mean of independent losses has √((1-β)/(1+β)) of their deviation.
    """
    spread = float(np.std(_finite(test.losses)[:_BASELINE]))
    return spread * math.sqrt((1 - BETA) / (1 + BETA))


def _finite(losses: Sequence[float | None]) -> list[float]:
    found = []
    for loss in losses:
        if loss is None or not math.isfinite(loss):
            break
        found.append(loss)
    return found
