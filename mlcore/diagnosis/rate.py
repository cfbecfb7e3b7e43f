"""Whether the learning rate is too high or too low, and whether small batches make it noisy."""

from __future__ import annotations

import numpy as np

from mlcore.diagnosis.advice import held_back, lower_rate, rate_ratio, usual_rate
from mlcore.diagnosis.curves import Curves
from mlcore.diagnosis.finding import Evidence, Finding
from mlcore.errors import Notice
from mlcore.words import figure, percent

__all__ = ["noisy", "rate_too_high", "rate_too_low"]

_HIGH, _LOW = 2.0, 0.4  # times the usual rate: only beyond, a rate is blamed
_GUESSING, _STUCK = 0.9, 0.6  # of the loss of guessing: above, a run does not learn well
_BOUNCING = 0.2  # likewise, where it goes up and down
_MOVED = 1.1  # times the loss of guessing: it has been elsewhere
_PEAK = 2.0  # times the loss of guessing, to be worth a word
_SLOW = 0.5  # of the loss of guessing, for a rate that is too low
_FIRST_STEPS = 100  # before, nothing is said of a rate
_SMALL = 8  # images of a small batch
_NOISE = 0.5  # deviation of a step's loss from the mean around it, as a share of that
_POINTS = 8


def rate_too_high(curves: Curves) -> Finding | None:
    """The steps are so long that the loss cannot come down."""
    curves = curves.whole_epochs()
    levels, trained = curves.levels, curves.step - curves.since
    if rate_ratio(curves.config) < _HIGH or curves.warming_up or curves.annealed:
        return None
    if trained < max(_FIRST_STEPS, curves.steps_per_epoch) or len(levels) < _POINTS:
        return None
    if held_back(curves.config) is not None or not np.isfinite(levels).all():
        return None  # the first may be the reason; the other is more than that
    now = float(levels[-_POINTS:].mean())
    if not (_is_stuck(curves, now) or _bounces(curves, now)):
        return None
    rate = lower_rate(curves.config)
    return Finding(
        kind="learning_rate_too_high",
        tone="problem",
        title=Notice("Learning rate too high"),
        says=_too_high(curves, now),
        evidence=Evidence(first=curves.end_of_block(len(levels) - _POINTS), last=curves.step),
        advice=Notice(
            "Try {rate:g}; {now:g} is far more than is usual for this optimizer.",
            rate=rate,
            now=curves.config.optim.lr,
        ),
        changes={"optim.lr": rate},
    )


def _too_high(curves: Curves, now: float) -> Notice:
    peak = float(np.max(curves.levels))
    values = {"steps": curves.step - curves.since, "now": figure(now, 3)}
    if peak > _PEAK * curves.chance:
        return Notice(
            "The training loss leapt up to {peak}, and after {steps:,} steps it is {now}: each "
            "step leaps over what it should reach.",
            peak=figure(peak, 1),
            **values,
        )
    return Notice(
        "After {steps:,} steps the training loss is {now}, where guessing gives {chance}, and it "
        "no longer falls: each step leaps over what it should reach.",
        chance=figure(curves.chance, 3),
        **values,
    )


def _is_stuck(curves: Curves, now: float) -> bool:
    """Whether the loss is no better than by guessing, and does not fall."""
    if now < (_GUESSING if rate_ratio(curves.config) < 2 * _HIGH else _STUCK) * curves.chance:
        return False
    before = curves.levels[-2 * _POINTS : -_POINTS]
    falls = len(before) == _POINTS and now < 0.9 * float(before.mean())
    if falls and now < curves.chance:
        return False
    # A loss that has never moved may have another reason, as gradients that vanish.
    moved = curves.levels.min() < 0.95 * curves.chance or np.max(curves.levels) > _MOVED * (
        curves.chance
    )
    return bool(moved)


def _bounces(curves: Curves, now: float) -> bool:
    """Whether the loss came down a part of the way, and has only gone up and down since."""
    levels = curves.levels
    enough = max(4 * curves.steps_per_epoch, 6 * _POINTS * curves.block)
    if rate_ratio(curves.config) < 2 * _HIGH or curves.step - curves.since < enough:
        return False
    _, middle, last = np.array_split(levels, 3)
    level = float(last.mean())
    return (
        now > _BOUNCING * curves.chance
        and level > 0.85 * float(middle.mean())
        and float(last.std()) > 0.08 * level
    )


def rate_too_low(curves: Curves) -> Finding | None:
    """The loss falls steadily, but so slowly that it would take very long."""
    levels, trained = curves.levels, curves.step - curves.since
    usual = usual_rate(curves.config)
    if rate_ratio(curves.config) > _LOW or curves.warming_up or curves.annealed:
        return None
    if len(levels) < 2 * _POINTS or trained < max(2 * _FIRST_STEPS, 2 * curves.steps_per_epoch):
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
    """Whether the mean of each third of a loss is below that of the third before."""
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
    if not 0 < mean < spread / _NOISE < np.inf:
        return None
    return Finding(
        kind="noisy",
        tone="note",
        title=Notice("Noisy: small batches"),
        says=Notice(
            "The loss jumps by {share} of its mean from step to step, as a step sees so few "
            "images (batch size {size}); the moving mean shows where it goes.",
            share=percent(spread / mean, 0),
            size=size,
        ),
        evidence=Evidence(first=curves.step - len(losses) + 1, last=curves.step),
        advice=Notice("For a calmer curve try batches of 64; an epoch then has fewer steps."),
        changes={"data.batch_size": 64},
    )
