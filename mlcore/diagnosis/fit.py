"""Over-fitting, under-fitting, plateaus, dead units, and a training that ended too early."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mlcore.diagnosis.advice import held_back, rate_ratio, rounded
from mlcore.diagnosis.curves import Curves
from mlcore.diagnosis.finding import Evidence, Finding
from mlcore.errors import Notice
from mlcore.events import EpochDone
from mlcore.rules import Value
from mlcore.words import figure, percent

__all__ = ["dead_units", "finished_too_early", "over_fitting", "plateau", "under_fitting"]

_RISEN = 0.3  # of the lowest validation loss
_EPOCHS_AFTER = 6  # epochs for which it has been above
_BY_HEART = 0.5  # of the validation loss: a training loss below is of images learnt by heart
_FALLEN = 0.9  # of what it was when the validation loss was lowest
_DEAD = 0.85  # of a layer's units
_HIGH_LOSS = 0.3  # a training loss with which much is still wrong
_LEVEL, _LEVEL_HELD_BACK = 0.04, 0.08  # a fall of the loss, as a share, that is none
_FEWEST, _FEWEST_STEPS = 8, 200  # epochs and steps before a loss is called level
_PER_EPOCH = 0.12  # a fall of the loss in each of the last epochs with which more would help
_PER_EPOCH_HIGH = 0.04  # the same while the loss is high


def over_fitting(curves: Curves) -> Finding | None:
    """The held-out loss has been rising while the training loss falls."""
    losses = _held_out(curves.epochs)
    if len(losses) != len(curves.epochs) or len(losses) <= _EPOCHS_AFTER:
        return None
    calm = _calm(losses)
    best = int(np.argmin(calm))
    if len(losses) - best <= _EPOCHS_AFTER or calm[best] <= 0:
        return None
    after = sliding_window_view(np.array(losses[best + 1 :]), _EPOCHS_AFTER)  # (W, epochs)
    medians, lowest = np.median(after, axis=1), after.min(axis=1)
    train = [epoch.train_loss for epoch in curves.epochs[best + 1 :]]
    highest = sliding_window_view(np.array(train), _EPOCHS_AFTER).max(axis=1)
    low = np.minimum(_BY_HEART * medians, _FALLEN * curves.epochs[best].train_loss)
    clear = (medians >= (1 + _RISEN) * calm[best]) & (lowest >= (1 + _RISEN / 2) * calm[best])
    now = float(medians[-1])
    if not (clear & (highest < low)).any() or now < (1 + _RISEN / 2) * calm[best]:
        return None
    risen = now / calm[best] - 1
    since = curves.epochs[best].epoch + 1
    limited = curves.config.data.train_limit > 0
    advice, changes = _against_over_fitting(curves, limited=limited)
    return Finding(
        kind="over_fitting",
        tone="problem",
        title=Notice("Over-fitting since epoch {epoch:,}", epoch=since),
        says=Notice(
            "Since epoch {epoch:,} the training loss falls on, but that of held-out images rises "
            "({best} → {now}): it learns the training images by heart.",
            epoch=since,
            best=figure(float(calm[best]), 3),
            now=figure(now, 3),
        ),
        evidence=Evidence(first=curves.epochs[best].step, last=curves.epochs[-1].step),
        advice=advice,
        changes=changes,
        doubt=None
        if risen > 2 * _RISEN
        else Notice("It is not much yet; few held-out images make such a loss uncertain."),
    )


def _calm(losses: Sequence[float]) -> NDArray[np.float64]:
    """Each loss as the median of itself and its neighbours; of two at either end."""
    inner = np.median(sliding_window_view(np.array(losses), 3), axis=1)
    return np.concatenate([[np.mean(losses[:2])], inner, [np.mean(losses[-2:])]])


def _against_over_fitting(curves: Curves, *, limited: bool) -> tuple[Notice, Mapping[str, Value]]:
    if limited:
        return Notice("Train on more images: all there are."), {"data.train_limit": 0}
    if curves.config.model.hidden and not curves.config.model.dropout:
        return Notice("Try dropout, so that no unit can rely on another."), {"model.dropout": 0.3}
    return (
        Notice("End it once the held-out loss no longer falls: early stopping after 3 epochs."),
        {"train.patience": 3},
    )


def under_fitting(curves: Curves) -> Finding | None:
    """The training loss is level at a high value, with a model that is held back."""
    limits = held_back(curves.config)
    level = _level(curves, fall=_LEVEL_HELD_BACK)
    if limits is None or level is None or level < _HIGH_LOSS:
        return None
    advice, changes = limits
    return Finding(
        kind="under_fitting",
        tone="problem",
        title=Notice("Under-fitting"),
        says=Notice(
            "The training loss stays at {level}: the model cannot even learn the images it trains "
            "on.",
            level=figure(level, 3),
        ),
        evidence=_tail_evidence(curves),
        advice=advice,
        changes=changes,
    )


def plateau(curves: Curves) -> Finding | None:
    """The loss has not fallen for a while, though it could be lower."""
    level = _guess(curves) or _level(curves, fall=_LEVEL)
    if level is None or level < _HIGH_LOSS:
        return None
    guessing = abs(level / curves.chance - 1) < 0.05
    epochs = len(_tail(curves))
    if guessing:
        says = Notice(
            "For {epochs} epochs the training loss has stayed at {level}, about ln {classes}: it "
            "still guesses, as no useful gradient reaches the first layers.",
            epochs=epochs,
            level=figure(level, 3),
            classes=curves.classes,
        )
    else:
        says = Notice(
            "For {epochs} epochs the training loss has stayed at {level}.",
            epochs=epochs,
            level=figure(level, 3),
        )
    advice, changes = _off_the_plateau(curves, guessing=guessing)
    return Finding(
        kind="plateau",
        tone="note",
        title=Notice("Plateau"),
        says=says,
        evidence=_tail_evidence(curves),
        advice=advice,
        changes=changes,
        doubt=Notice("Some runs leave a plateau by themselves."),
    )


def _guess(curves: Curves) -> float | None:
    """The training loss where it has been that of guessing in every epoch; else None."""
    losses = [epoch.train_loss for epoch in curves.recent]
    if len(losses) < 3 or curves.step - curves.since < _FEWEST_STEPS or curves.warming_up:
        return None
    off = max(abs(loss / curves.chance - 1) for loss in losses)
    return losses[-1] if off < 0.02 and losses[-1] > 0.995 * losses[-2] else None


def _off_the_plateau(curves: Curves, *, guessing: bool) -> tuple[Notice, Mapping[str, Value]]:
    if guessing and not curves.config.model.batch_norm and curves.config.model.hidden:
        return (
            Notice("Try batch normalisation, which keeps the gradients of deep networks alive."),
            {"model.batch_norm": True},
        )
    rate = rounded(curves.config.optim.lr / 5)
    return Notice("Try a lower learning rate: {rate:g}.", rate=rate), {"optim.lr": rate}


def dead_units(curves: Curves) -> Finding | None:
    """Most units of a layer are 0 for every image."""
    last = next((one for one in reversed(curves.epochs) if one.dead_units is not None), None)
    if last is None or not _DEAD <= (last.dead_units or 0) <= 1:  # a record may say anything
        return None
    high = rate_ratio(curves.config) > 1
    return Finding(
        kind="dead_units",
        tone="problem",
        title=Notice("Dead units"),
        says=Notice(
            "{share} of one layer's units were 0 for every image after epoch {epoch:,}: no "
            "gradient reaches them, so they learn nothing more.",
            share=percent(last.dead_units, 0),
            epoch=last.epoch,
        ),
        evidence=Evidence(first=max(1, last.step - curves.steps_per_epoch), last=last.step),
        advice=Notice("Try leaky ReLU, which lets a little through; a lower learning rate too.")
        if high
        else Notice("Try leaky ReLU, which lets a little through."),
        changes={"model.activation": "leaky_relu"},
    )


def finished_too_early(curves: Curves) -> Finding | None:
    """It has trained all its epochs, and was still getting better."""
    epochs = curves.recent
    if curves.ending != "finished" or len(epochs) < 2 or curves.annealed:
        return None
    losses, held = [epoch.train_loss for epoch in epochs[-3:]], _held_out(epochs)
    steps = itertools.pairwise(losses)
    least = _PER_EPOCH if losses[-1] < _HIGH_LOSS else _PER_EPOCH_HIGH
    falls = all(after <= (1 - least) * before for before, after in steps)
    if not falls or not 0.1 < losses[-1] < curves.chance:
        return None
    if held and held[-1] > 1.05 * min(held):
        return None
    more = 2 * curves.config.train.epochs
    return Finding(
        kind="finished_too_early",
        tone="note",
        title=Notice("Finished too early"),
        says=Notice(
            "In the last epoch the loss still fell by {share}: it was getting better when it "
            "ended.",
            share=percent(1 - losses[-1] / losses[-2], 0),
        ),
        evidence=Evidence(first=epochs[-2].step, last=epochs[-1].step),
        advice=Notice("Train longer: {epochs} epochs.", epochs=more),
        changes={"train.epochs": more},
    )


def _held_out(epochs: Sequence[EpochDone]) -> list[float]:
    """The validation loss of each epoch; shorter where some have none."""
    return [
        epoch.validation_loss
        for epoch in epochs
        if epoch.validation_loss is not None and math.isfinite(epoch.validation_loss)
    ]


def _tail(curves: Curves) -> Sequence[EpochDone]:
    """The last third of the epochs since the last edit, 5 at least."""
    return curves.recent[-max(5, len(curves.recent) // 3) :]


def _tail_evidence(curves: Curves) -> Evidence:
    tail = _tail(curves)
    first = max(curves.since + 1, tail[0].step - curves.steps_per_epoch + 1)
    return Evidence(first=first, last=tail[-1].step)


def _level(curves: Curves, *, fall: float) -> float | None:
    """The training loss where it has hardly fallen for the last third; None where it has."""
    if curves.annealed or curves.warming_up or len(curves.recent) < _FEWEST:
        return None
    if curves.step - curves.since < _FEWEST_STEPS:
        return None
    losses = [epoch.train_loss for epoch in _tail(curves)]
    half = len(losses) // 2
    before, now = float(np.mean(losses[:half])), float(np.mean(losses[half:]))
    steady = before > 0 and float(np.std(losses)) < 3 * fall * now
    return now if steady and 1 - now / before < fall else None
