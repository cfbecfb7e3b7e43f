"""Settings that findings advise, and what is usual for a learning rate."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlcore.config import RunConfig
from mlcore.errors import Notice
from mlcore.rules import Value
from mlcore.words import percent

__all__ = ["held_back", "lower_rate", "rate_ratio", "rounded", "usual_rate"]

_USUAL = {"sgd": 0.1, "adam": 0.001, "adamw": 0.001, "rmsprop": 0.001, "adagrad": 0.02}
"""Rates with which small fully connected networks train well; Adam's is that of Kingma and Ba,
2015. Those of SGD are for batches of 32 and more, without momentum."""

_NARROW, _DROPS = 16, 0.5  # units of a layer, dropout
_DECAYS = {"sgd": 0.01, "adamw": 0.5}
_DECAY = 0.01  # of the other optimizers

_FULL_BATCH = 32  # from here on SGD takes its usual rate


def usual_rate(config: RunConfig) -> float:
    """A learning rate with which a run like this one usually learns.

    Momentum m makes steps 1 / (1 - m) times as long, so the rate is smaller by that; small batches
    give noisier gradients, so SGD's is smaller in proportion.
    """
    optim = config.optim
    rate = _USUAL[optim.name]
    if optim.name == "sgd":
        rate *= min(1.0, config.data.batch_size / _FULL_BATCH)
    if optim.name in ("sgd", "rmsprop") and not optim.dampening:
        rate *= 1 - optim.momentum
    return rounded(rate)


def rate_ratio(config: RunConfig) -> float:
    """How many times the usual learning rate a run has."""
    return config.optim.lr / usual_rate(config)


def lower_rate(config: RunConfig) -> float:
    """A learning rate to try where the present one is too high."""
    return min(usual_rate(config), rounded(config.optim.lr / 10))


def rounded(rate: float) -> float:
    """A rate with one digit: 0.0123 → 0.01."""
    digits = -math.floor(math.log10(rate))
    return round(rate, digits)


def held_back(config: RunConfig) -> tuple[Notice, Mapping[str, Value]] | None:
    """What holds a model back from learning its training images, as a thing to try."""
    model, optim = config.model, config.optim
    if model.hidden and min(model.hidden) < _NARROW:
        narrow = min(model.hidden)
        return (
            Notice("Give it more units: all passes through a layer of {units}.", units=narrow),
            {"model.hidden": (128, 64)},
        )
    if model.dropout >= _DROPS:
        return (
            Notice("Drop fewer units: {share} is much.", share=percent(model.dropout, 0)),
            {"model.dropout": 0.2},
        )
    if optim.weight_decay >= _DECAYS.get(optim.name, _DECAY):
        return (
            Notice("Pull the weights less towards 0: weight decay 0."),
            {"optim.weight_decay": 0.0},
        )
    return None
