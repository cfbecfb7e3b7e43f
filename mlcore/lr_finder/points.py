"""What a test records: a learning rate and a loss for each step, and what was tried then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlcore.config import SETTINGS, OptimConfig, RunConfig

__all__ = [
    "HIGHEST",
    "IGNORED",
    "LOWEST",
    "STEPS",
    "USUAL",
    "Ending",
    "RangeTest",
    "Trial",
    "rate_at",
    "unused",
]

LOWEST, HIGHEST = 1e-6, 10.0
"""Learning rates of the first and the last step."""

STEPS = 200
"""Steps of a test, 29 for each power of ten. More would train the model further while the rate is
still low, and then the lowest loss comes too early (measured: 100, 200 and 400)."""

USUAL = OptimConfig().lr
"""The learning rate that is trained with where nobody chooses one."""

IGNORED = (
    "optim.lr",
    "optim.lr_decay",
    "optim.schedule",
    "optim.step_every",
    "optim.gamma",
    "optim.min_lr",
    "optim.warmup",
    "optim.plateau_patience",
    "train.epochs",
    "train.patience",
    "train.processes",
)
"""Settings that a test does not use: its rate and its length are its own."""

Ending = Literal["", "highest", "diverged"]
"""How a test ended: not yet; at the highest rate; where the loss diverged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The first steps of a run with one learning rate, as far as they are.

    Attributes:
        lr: the rate of all steps.
        steps: how many there are to be.
        images: on how many held-out images it is judged.
        marks: after how many steps it is, rising, up to all of them.
        losses: as in a range test; the last one is None where the training diverged.
        held_out: after each of the marks that it has come to, the steps and the mean loss on the
            held-out images; None where that is NaN or infinite.
    """

    lr: float
    steps: int
    images: int
    marks: tuple[int, ...]
    losses: tuple[float | None, ...] = ()
    held_out: tuple[tuple[int, float | None], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The trial as a JSON object."""
        return {
            "lr": self.lr,
            "steps": self.steps,
            "images": self.images,
            "marks": list(self.marks),
            "losses": list(self.losses),
            "held_out": [{"step": step, "loss": loss} for step, loss in self.held_out],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Trial:
        """The trial that `to_json` wrote.

        Raises:
            KeyError: a part of it is missing.
        """
        return cls(
            lr=record["lr"],
            steps=record["steps"],
            images=record["images"],
            marks=tuple(record["marks"]),
            losses=tuple(record["losses"]),
            held_out=tuple((entry["step"], entry["loss"]) for entry in record["held_out"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTest:
    """A range test as far as it is.

    Attributes:
        lrs: learning rate of each step, rising.
        losses: mean loss of each step's images before the step, as many; None where it is NaN or
            infinite, which only the last can be.
        chance: loss of guessing: ln of the number of classes; 0 before the first step.
        ending: how it ended; empty while it or a trial goes on, and where they were stopped.
        trials: what was tried after it: the rate that it suggests, then the usual one,
            then a lower one where the first was not ahead.
    """

    lrs: tuple[float, ...] = ()
    losses: tuple[float | None, ...] = ()
    chance: float = 0.0
    ending: Ending = ""
    trials: tuple[Trial, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The test as a JSON object."""
        return {
            "lrs": list(self.lrs),
            "losses": list(self.losses),
            "chance": self.chance,
            "ending": self.ending,
            "trials": [trial.to_json() for trial in self.trials],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> RangeTest:
        """The test that `to_json` wrote.

        Raises:
            KeyError: a part of it is missing.
        """
        return cls(
            lrs=tuple(record["lrs"]),
            losses=tuple(record["losses"]),
            chance=record["chance"],
            ending=record["ending"],
            trials=tuple(map(Trial.from_json, record["trials"])),
        )


def rate_at(step: int) -> float:
    """The learning rate of a step from 0 to `STEPS` - 1: LOWEST · (HIGHEST / LOWEST)^(step/(n-1)).

    It has four digits, as one that is read from a table or a chart.
    """
    share = step / (STEPS - 1)
    return float(f"{LOWEST * math.pow(HIGHEST / LOWEST, share):.4g}")


def unused(config: RunConfig) -> tuple[str, ...]:
    """The settings in `IGNORED` that these settings change, the learning rate itself left out."""
    values = config.flat()
    return tuple(
        name for name in IGNORED if name != "optim.lr" and values[name] != SETTINGS[name].default
    )
