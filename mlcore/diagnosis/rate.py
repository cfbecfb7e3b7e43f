"""Whether the learning rate is too high or too low, and whether small batches make it noisy."""

from __future__ import annotations

import numpy as np

from mlcore.diagnosis.advice import lower_rate, rate_ratio, usual_rate
from mlcore.diagnosis.curves import Curves
from mlcore.diagnosis.finding import Evidence, Finding
from mlcore.errors import Notice
from mlcore.words import figure

__all__ = ["noisy", "rate_too_high", "rate_too_low"]

_HIGH, _LOW = 4.0, 0.4  # times the usual rate: only beyond, a rate is blamed
_STUCK = 0.6  # of the loss of chance: a loss above it after an epoch or two is not learning well
_SLOW = 0.35  # likewise, for a rate that is too low
_FIRST_STEPS = 100  # before, nothing is said of a rate
_SMALL = 8  # images of a small batch
_NOISE = 0.5  # deviation of a step's loss from the mean around it, as a share of that
_POINTS = 8


def rate_too_high(curves: Curves) -> Finding | None:
    """The steps are so long that the loss cannot come down."""
    ratio, levels = rate_ratio(curves.config), curves.levels
    trained = curves.step - curves.since
    if ratio < _HIGH or curves.warming_up or curves.annealed or len(levels) < _POINTS:
        return None
    now = float(levels[-_POINTS:].mean())
    enough = max(_FIRST_STEPS, curves.steps_per_epoch)
    if trained < enough or not now > _STUCK * curves.chance:
        return None
    before = float(levels[-2 * _POINTS : -_POINTS].mean()) if len(levels) >= 2 * _POINTS else now
    if now < 0.9 * before and now < curves.chance:  # it learns, if slowly
        return None
    rate = lower_rate(curves.config)
    return Finding(
        kind="learning_rate_too_high",
        tone="problem",
        title=Notice("Learning rate too high"),
        says=Notice(
            "After {steps:,} steps the training loss is {now}, hardly better than guessing "
            "({chance}): each step leaps over what it should reach.",
            steps=trained,
            now=figure(now, 3),
            chance=figure(curves.chance, 3),
        ),
        evidence=Evidence(first=curves.end_of_block(len(levels) - _POINTS), last=curves.step),
        advice=Notice(
            "Try {rate:g}; {now:g} is far more than is usual for this optimizer.",
            rate=rate,
            now=curves.config.optim.lr,
        ),
        changes={"optim.lr": rate},
    )


def rate_too_low(curves: Curves) -> Finding | None:
    """The loss falls steadily, but so slowly that it would take very long."""
    levels, trained = curves.levels, curves.step - curves.since
    usual = usual_rate(curves.config)
    if rate_ratio(curves.config) > _LOW or curves.warming_up or curves.annealed:
        return None
    if len(levels) < 2 * _POINTS or trained < max(2 * _FIRST_STEPS, curves.steps_per_epoch):
        return None
    now = float(levels[-_POINTS:].mean())
    if not _SLOW * curves.chance < now < 1.2 * curves.chance or not _falls_evenly(levels):
        return None
    return Finding(
        kind="learning_rate_too_low",
        tone="problem",
        title=Notice("Learning rate too low"),
        says=Notice(
            "The training loss falls steadily, but after {steps:,} steps it is still {now}: the "
            "steps are too short.",
            steps=trained,
            now=figure(now, 3),
        ),
        evidence=Evidence(first=curves.since + 1, last=curves.step),
        advice=Notice("Try a higher learning rate: {rate:g}.", rate=usual),
        changes={"optim.lr": usual},
    )


def _falls_evenly(levels: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """Whether a loss falls in every third, by far more than it goes up and down."""
    thirds = [float(part.mean()) for part in np.array_split(levels, 3)]
    return thirds[0] > thirds[1] > thirds[2]


def noisy(curves: Curves) -> Finding | None:
    """The loss jumps from step to step, since few images are in each."""
    size, trained = curves.config.data.batch_size, curves.step - curves.since
    if size > _SMALL or trained < 2 * _FIRST_STEPS:
        return None
    losses = curves.losses[-min(trained, 1_000) :]
    mean = float(losses.mean(dtype=np.float64))
    spread = float(losses.std(dtype=np.float64))
    if not (np.isfinite(mean) and spread > _NOISE * mean):
        return None
    return Finding(
        kind="noisy",
        tone="note",
        title=Notice("Noisy: small batches"),
        says=Notice(
            "The loss jumps by {share:.0%} of its mean from step to step, as each step sees "
            "{size} images only; the moving mean shows where it goes.",
            share=spread / mean,
            size=size,
        ),
        evidence=Evidence(first=curves.step - len(losses) + 1, last=curves.step),
        advice=Notice("For a calmer curve try batches of 64; an epoch then has fewer steps."),
        changes={"data.batch_size": 64},
    )
