"""Train the cases, find out what is true of each, and write both beside this file.

    python -m tests.mlcore.diagnosis.make_histories [--mnist]

What is true is not read off the rules: each training is repeated with one thing changed (a tenth
of the learning rate, ten times as much, twice the epochs, a model without what holds it back), and
a learning rate was too low if ten times as much is clearly better. `reasons` in the file say the
figures. `maybe` are the kinds of which that is near: to find them is no fault, nor is not to.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.data.batches import steps_per_epoch
from mlcore.errors import DivergedError, SettingsError
from mlcore.events import EpochDone, Finished, StepsDone
from mlcore.trainer import train
from tests.mlcore.diagnosis.cases import CASES, MNIST_CASES, Case

FOLDER = Path(__file__).parent
_BITS = 7  # of a loss's fraction that are kept: it is right to a 250th
_BETTER, _NEAR = 0.05, 0.01  # accuracy; 200 images are held out
_LEARNT = 0.5  # an accuracy below is near guessing, and no better than another one below
_DECAY = {"sgd": 0.01, "adamw": 0.5}


@dataclass
class Trained:
    """What one training came to."""

    losses: list[float] = field(default_factory=list)
    epochs: list[EpochDone] = field(default_factory=list)
    ending: str = "diverged"

    @property
    def accuracy(self) -> float:
        """Validation accuracy at the end; 0 where it diverged, or nothing is held out."""
        last = self.epochs[-1].validation_accuracy if self.epochs else None
        return 0.0 if self.ending == "diverged" or last is None else last

    @property
    def loss(self) -> float:
        """Training loss of the last epoch; infinite where it diverged."""
        return math.inf if self.ending == "diverged" else self.epochs[-1].train_loss


def trained(config: RunConfig) -> Trained:
    """Train, without any file."""
    found = Trained()
    try:
        for event in train(config):
            match event:
                case StepsDone():
                    found.losses += event.losses
                case EpochDone():
                    found.epochs.append(event)
                case Finished():
                    found.ending = "early" if event.early else "finished"
    except DivergedError:
        pass
    return found


@dataclass
class Truth:
    """What is true of a training, and why."""

    kinds: dict[str, str] = field(default_factory=dict)  # kind → reason
    maybe: dict[str, str] = field(default_factory=dict)
    over_fitting_since: int = 0  # epoch

    def say(self, kind: str, reason: str, *, sure: bool = True) -> None:
        """Note a kind."""
        (self.kinds if sure else self.maybe)[kind] = reason


def truth_of(case: Case) -> tuple[Trained, Truth]:
    """Train a case and its variations, and find out what is true of it."""
    config = case.config
    found, truth = trained(config), Truth()
    level = math.log(10)
    _start(found, truth, level, config)
    _course(found, truth, level)
    # An accuracy is needed to compare; the same images are held out in all variations.
    held = config if config.data.validation else config.with_values({"data.validation": 200})
    base = found if held is config else trained(held)
    _rates(held, base, truth)
    _length(held, base, found, truth)
    _capacity(held, base, truth)
    _fit(found, truth)
    _units(found, truth, config)
    if config.data.batch_size <= 16:
        sure = config.data.batch_size <= 8 and "diverging" not in truth.kinds
        truth.say("noisy", f"batches of {config.data.batch_size}", sure=sure)
    _not_twice(truth)
    return found, truth


def _start(found: Trained, truth: Truth, level: float, config: RunConfig) -> None:
    first = found.losses[0] if found.losses else math.nan
    reason = f"first loss {first:.3f}"
    if abs(first - level) <= 0.2:
        truth.say("start_expected", reason)
    elif first >= 1.7 * level and config.data.batch_size >= 8:
        truth.say("start_far_off", reason)
    else:
        truth.say("start_expected", reason, sure=False)
        truth.say("start_far_off", reason, sure=False)


def _course(found: Trained, truth: Truth, level: float) -> None:
    if found.ending == "diverged":
        truth.say("diverging", "a loss was not finite")
        return
    start, end = max(found.losses[0], level), found.loss
    reason = f"training loss {found.losses[0]:.3f} → {end:.3f}"
    if end < 0.8 * start:
        truth.say("learning", reason)
    elif end < 0.97 * start:
        truth.say("learning", reason, sure=False)
    if end > 1.3 * start:
        means = [epoch.train_loss for epoch in found.epochs]
        quarter = max(1, len(means) // 4)
        rise = float(np.mean(means[-quarter:]) / np.mean(means[-2 * quarter : -quarter]))
        if rise > 1.05:
            reason = f"{reason}, {rise:.2f} times what it was before"
            truth.say("diverging", reason, sure=end > 3 * start and rise > 1.3)
    tail = [epoch.train_loss for epoch in found.epochs[-max(4, len(found.epochs) // 3) :]]
    half = len(tail) // 2
    fall = 1 - float(np.mean(tail[half:])) / float(np.mean(tail[:half]))
    annealed = found.epochs[-1].lr < 0.3 * max(epoch.lr for epoch in found.epochs)
    reason = f"fell by {fall:.1%} in the last {len(tail)} epochs, at {end:.3f}"
    if len(found.epochs) >= 8 and abs(fall) < 0.02 and end > 0.3 and not annealed:
        truth.say("plateau", reason)
    elif fall < 0.08 and end > 0.05:
        truth.say("plateau", reason, sure=False)


def _rates(config: RunConfig, base: Trained, truth: Truth) -> None:
    rate = config.optim.lr
    for kind, factors in (
        ("learning_rate_too_high", (0.1, 0.01, 0.001, 0.0001) if rate >= 1 else (0.1, 0.01)),
        ("learning_rate_too_low", (10, 100)),
    ):
        other, best = rate, Trained()
        for factor in factors:
            if rate * factor > 100:
                continue
            tried = trained(config.with_values({"optim.lr": rate * factor}))
            if tried.accuracy > best.accuracy:
                other, best = rate * factor, tried
        gain = best.accuracy - base.accuracy
        reason = f"with {other:g}: {best.accuracy:.1%} instead of {base.accuracy:.1%}"
        if best.accuracy < _LEARNT:
            continue
        if gain >= _BETTER:
            truth.say(kind, reason)
        elif gain >= _NEAR or best.loss < 0.5 * base.loss:
            truth.say(kind, f"{reason}, loss {base.loss:.3f} → {best.loss:.3f}", sure=False)


def _length(config: RunConfig, base: Trained, found: Trained, truth: Truth) -> None:
    if found.ending != "finished":
        return
    longer = trained(config.with_values({"train.epochs": 2 * config.train.epochs}))
    gain = longer.accuracy - base.accuracy
    reason = f"with twice the epochs {longer.accuracy:.1%} instead of {base.accuracy:.1%}"
    if gain >= 0.03 and longer.accuracy >= _LEARNT:
        truth.say("finished_too_early", reason)
    elif gain >= 0.005 or longer.loss < 0.7 * base.loss:
        truth.say("finished_too_early", reason, sure=False)


def _capacity(config: RunConfig, base: Trained, truth: Truth) -> None:
    if base.ending == "diverged":
        return
    model, limits = config.model, {}
    if not model.hidden or min(model.hidden) < 16:
        limits["model.hidden"] = (128, 64)
    if model.dropout >= 0.5:
        limits["model.dropout"] = 0.0
    if config.optim.weight_decay >= _DECAY.get(config.optim.name, 0.01):
        limits["optim.weight_decay"] = 0.0
    if not limits:
        return
    free = trained(config.with_values(limits))
    reason = (
        f"without its limits {free.accuracy:.1%} instead of {base.accuracy:.1%}, training loss "
        f"{free.loss:.3f} instead of {base.loss:.3f}"
    )
    if free.accuracy - base.accuracy >= _BETTER and base.loss > 0.3 and free.loss < 0.5 * base.loss:
        truth.say("under_fitting", reason)
    else:
        truth.say("under_fitting", reason, sure=False)


def _fit(found: Trained, truth: Truth) -> None:
    losses = [epoch.validation_loss for epoch in found.epochs]
    if found.ending == "diverged" or not losses or losses[0] is None:
        return
    calm = [float(np.median(losses[max(0, n - 1) : n + 2])) for n in range(len(losses))]
    best = int(np.argmin(calm))
    end = float(np.median(losses[-3:]))
    rise = end / calm[best] - 1 if calm[best] else math.inf
    train = found.epochs[-1].train_loss
    falls = train < found.epochs[best].train_loss and train < 0.5 * end
    reason = f"validation loss {rise:+.0%} since its lowest, after epoch {best + 1}"
    if falls and rise >= 0.2 and end - calm[best] > 0.03 and len(losses) - best > 5:
        truth.say("over_fitting", reason)
    elif falls and rise >= 0.05:
        truth.say("over_fitting", reason, sure=False)
    if "over_fitting" in truth.kinds | truth.maybe:
        truth.over_fitting_since = best + 2


def _units(found: Trained, truth: Truth, config: RunConfig) -> None:
    counted = [epoch.dead_units for epoch in found.epochs if epoch.dead_units is not None]
    if not counted or config.model.activation != "relu":
        return
    reason = f"{counted[-1]:.0%} of a layer's units are 0 for every image"
    if counted[-1] >= 0.85:
        truth.say("dead_units", reason)
    elif max(counted) >= 0.7:
        truth.say("dead_units", reason, sure=False)


def _not_twice(truth: Truth) -> None:
    """Where one thing is the reason for another, it is enough to say the first."""
    for kind, others in {
        "diverging": ("learning_rate_too_high", "dead_units", "noisy", "plateau", "over_fitting"),
        "learning_rate_too_low": ("finished_too_early", "plateau", "under_fitting"),
        "learning_rate_too_high": ("plateau", "finished_too_early", "under_fitting", "noisy"),
        "under_fitting": ("plateau", "finished_too_early", "learning_rate_too_low", "dead_units"),
        "dead_units": ("plateau",),
    }.items():
        if kind not in truth.kinds:
            continue
        for other in others:
            if other in truth.kinds:
                truth.maybe[other] = truth.kinds.pop(other) + f"; {kind} says it"


def rounded(losses: list[float]) -> NDArray[np.float32]:
    """Losses with as few digits as rules need, which takes a third of the room."""
    bits = np.array(losses, np.float32).view(np.uint32)
    unit = np.uint32(1 << (23 - _BITS))
    return ((bits + unit // 2) & ~(unit - np.uint32(1))).view(np.float32)


def _figures(epochs: list[EpochDone]) -> NDArray[np.float32]:
    names = ("step", "train_loss", "validation_loss", "validation_accuracy", "lr", "dead_units")
    rows = [[getattr(epoch, name) for name in names] for epoch in epochs]
    return np.array(
        [[math.nan if value is None else value for value in row] for row in rows], np.float32
    ).reshape(len(rows), len(names))


def _steps_per_epoch(config: RunConfig) -> int:
    images = CATALOG[config.data.name].train_images
    taken = min(config.data.train_limit or images, images) - config.data.validation
    return steps_per_epoch(taken, config.data.batch_size, config.data.drop_last)


def _made(case: Case) -> tuple[Case, Trained, Truth]:
    return case, *truth_of(case)


def main(words: list[str]) -> None:
    """Train all and write `digits.npz` and `digits.json`, or `mnist.npz` and `mnist.json`."""
    cases, name = (MNIST_CASES, "mnist") if "--mnist" in words else (CASES, "digits")
    arrays: dict[str, NDArray[np.float32]] = {}
    records: list[Mapping[str, Any]] = []
    with ProcessPoolExecutor(2) as pool:
        for index, (case, found, truth) in enumerate(pool.map(_made, cases)):
            print(case.name, truth.kinds, truth.maybe, flush=True)
            arrays[f"losses-{index}"] = rounded(found.losses)
            arrays[f"epochs-{index}"] = _figures(found.epochs)
            start = RunConfig().flat()
            values = {key: x for key, x in case.config.flat().items() if x != start[key]}
            records.append(
                {
                    "name": case.name,
                    "aside": case.aside,
                    "settings": values,
                    "ending": found.ending,
                    "steps_per_epoch": _steps_per_epoch(case.config),
                    "true": truth.kinds,
                    "maybe": truth.maybe,
                    "over_fitting_since": truth.over_fitting_since,
                }
            )
    np.savez_compressed(FOLDER / f"{name}.npz", **arrays)  # type: ignore[arg-type]
    text = json.dumps(records, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SettingsError as error:
        sys.exit(str(error))
