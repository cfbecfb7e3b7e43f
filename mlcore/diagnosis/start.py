"""How a run starts, and whether it learns at all or diverges."""

from __future__ import annotations

import math

import numpy as np

from mlcore.diagnosis.advice import lower_rate
from mlcore.diagnosis.curves import Curves, recent_loss
from mlcore.diagnosis.finding import Evidence, Finding
from mlcore.errors import Notice
from mlcore.rules import Value
from mlcore.words import figure, percent

__all__ = ["diverging", "learning", "start_expected", "start_far_off"]

_AS_EXPECTED = 0.1  # share of ln C by which a first loss may differ
_ONE_IMAGE = 0.6  # and what one image adds, less with more of them
_FAR = 1.7  # times ln C
_ENOUGH = 8  # images of a first batch whose loss says something
_LEARNT = 0.8  # of the first loss
_ABOVE = 2.5  # times the first loss
_RISING = 4  # points of the loss whose mean is compared with that of the next ones
_GROWS = 2.0  # times what it was


def start_expected(curves: Curves) -> Finding | None:
    """The first loss is that of a model that knows nothing: ln C."""
    first = _first_loss(curves)
    if first is None:
        return None
    images = curves.config.data.batch_size
    allowed = _AS_EXPECTED * curves.chance + _ONE_IMAGE / math.sqrt(images)
    if abs(first - curves.chance) > min(allowed, 0.2 * curves.chance):
        return None
    return Finding(
        kind="start_expected",
        tone="good",
        title=Notice("Starts as it should"),
        says=Notice(
            "The first loss is {first}: about ln {classes} = {chance}, as for a model that knows "
            "nothing yet and gives each of the {classes} classes the same chance.",
            first=figure(first, 3),
            classes=curves.classes,
            chance=figure(curves.chance, 3),
        ),
        evidence=Evidence(first=1, last=1),
    )


def start_far_off(curves: Curves) -> Finding | None:
    """The first loss is far above ln C: the model is sure of itself before it knows anything."""
    first = _first_loss(curves)
    if first is None or curves.config.data.batch_size < _ENOUGH or first < _FAR * curves.chance:
        return None
    data = curves.config.data
    usual = (data.mean, data.std) == (0.5, 0.5)
    return Finding(
        kind="start_far_off",
        tone="note",
        title=Notice("Starts far off"),
        says=Notice(
            "The first loss is {first}, far above ln {classes} = {chance}: before it knows "
            "anything the model is sure of wrong answers, as inputs that are too large make it.",
            first=figure(first, 3),
            classes=curves.classes,
            chance=figure(curves.chance, 3),
        ),
        evidence=Evidence(first=1, last=1),
        advice=None
        if usual
        else Notice("Bring the pixels to -1 to 1: mean and standard deviation 0.5."),
        changes={} if usual else {"data.mean": 0.5, "data.std": 0.5},
    )


def learning(curves: Curves) -> Finding | None:
    """The loss is clearly below where it began."""
    first, now = _reference(curves), curves.now
    if first is None or now is None or not now < _LEARNT * first:
        return None
    evidence = Evidence(first=curves.since + 1, last=curves.step)
    last = curves.epochs[-1] if curves.epochs else None
    accuracy = last.validation_accuracy if last else None
    said = recent_loss(curves.losses[curves.since :])  # the figure that the page shows
    values = {"first": figure(first, 3), "now": figure(said, 3)}
    if accuracy is None:
        says = Notice("The training loss has fallen from {first} to {now}.", **values)
    else:
        says = Notice(
            "The training loss has fallen from {first} to {now}, and {accuracy} of the "
            "held-out images are recognised.",
            accuracy=percent(accuracy, 1),
            **values,
        )
    return Finding(
        kind="learning", tone="good", title=Notice("Learning"), says=says, evidence=evidence
    )


def diverging(curves: Curves) -> Finding | None:
    """The loss is not finite any more, or far above its start and rising."""
    if curves.ending == "diverged":
        says = Notice(
            "From step {step:,} on the loss is no number any more: the steps became longer and "
            "longer until the weights were too large.",
            step=curves.step + 1,
        )
        first = max(1, curves.step - 2 * curves.block)
        return _diverging(curves, says, Evidence(first=first, last=curves.step + 1))
    first_loss, levels = _reference(curves), curves.levels
    if first_loss is None or len(levels) < 3 * _RISING:
        return None
    parts = levels[-3 * _RISING :].reshape(3, _RISING)
    limit = _ABOVE * max(first_loss, curves.chance)
    one, two, three = parts.mean(axis=1)
    if not (parts[-1].min() > limit and three > _GROWS * two > _GROWS**2 * one):
        return None
    says = Notice(
        "The training loss is {now}, where it began at {first}, and it rises: the steps lead away "
        "from any solution.",
        now=figure(float(three), 3),
        first=figure(first_loss, 3),
    )
    begin = curves.end_of_block(len(levels) - 3 * _RISING)
    return _diverging(curves, says, Evidence(first=begin, last=curves.step))


def _diverging(curves: Curves, says: Notice, evidence: Evidence) -> Finding:
    optim = curves.config.optim
    rate = lower_rate(curves.config)
    advice = Notice("Try a lower learning rate: {rate:g}.", rate=rate)
    changes: dict[str, Value] = {"optim.lr": rate}
    if optim.name == "sgd" and optim.lr * optim.weight_decay > 1:
        advice = Notice(
            "Learning rate times weight decay is {product:g}: above 1 each step leaps over 0. Try "
            "weight decay 0.",
            product=optim.lr * optim.weight_decay,
        )
        changes = {"optim.weight_decay": 0.0}
    return Finding(
        kind="diverging",
        tone="problem",
        title=Notice("Diverging"),
        says=says,
        evidence=evidence,
        advice=advice,
        changes=changes,
    )


def _first_loss(curves: Curves) -> float | None:
    """The loss of the first batch, before any step; None where the model had learnt before."""
    if not curves.fresh or not curves.step:
        return None
    first = float(curves.losses[0])
    return first if math.isfinite(first) else None


def _reference(curves: Curves) -> float | None:
    """The loss where the run began, or was edited last."""
    first = _first_loss(curves)
    if first is not None:
        return max(first, curves.chance)
    known = curves.levels[np.isfinite(curves.levels)]
    return float(known[0]) if len(known) else None
