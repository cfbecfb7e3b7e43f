"""What a lesson records: the loss of each step of both sides, and the accuracy now and then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Curve", "Pair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One side.

    Attributes:
        loss: of each step, before it; None where it is no number.
        measured: steps after which the accuracy was measured.
        accuracy: measured then, from 0 to 1; as many.
        gradient: how long the gradient of the first layer's weights is, measured then; None where
            it is no number, or there is none.
        seconds: that the steps took.
    """

    loss: tuple[float | None, ...] = ()
    measured: tuple[int, ...] = ()
    accuracy: tuple[float, ...] = ()
    gradient: tuple[float | None, ...] = ()
    seconds: float = 0.0

    @property
    def finite(self) -> list[float]:
        """The losses that are numbers."""
        return [loss for loss in self.loss if loss is not None]

    @property
    def broken_at(self) -> int | None:
        """The first step (from 1) whose loss is no number; None where all are."""
        return self.loss.index(None) + 1 if None in self.loss else None

    @property
    def end(self) -> float:
        """Mean loss of the last tenth of the steps; infinite where one of them is no number."""
        last = self.loss[-max(1, len(self.loss) // 10) :]
        return math.inf if None in last or not last else _mean([x for x in last if x is not None])

    @property
    def final(self) -> float:
        """The accuracy that was measured last; 0 before the first."""
        return self.accuracy[-1] if self.accuracy else 0.0

    def to_json(self) -> dict[str, Any]:
        """The curve as a JSON object, its numbers with six digits."""
        return {
            "loss": [_short(loss) for loss in self.loss],
            "measured": list(self.measured),
            "accuracy": [_short(share) for share in self.accuracy],
            "gradient": [_short(length) for length in self.gradient],
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Curve:
        """The curve that `to_json` wrote.

        Raises:
            KeyError: a part of it is missing.
        """
        lists = ("loss", "measured", "accuracy", "gradient")
        values = {name: tuple(record[name]) for name in lists}
        return cls(**values, seconds=float(record["seconds"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both sides of a lesson.

    Attributes:
        wrong: the side with the mistake.
        right: the other.
        done: both are at their end.
    """

    wrong: Curve = Curve()
    right: Curve = Curve()
    done: bool = False

    def to_json(self) -> dict[str, Any]:
        """The pair as a JSON object."""
        sides = {"wrong": self.wrong.to_json(), "right": self.right.to_json()}
        return {**sides, "done": self.done}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Pair:
        """The pair that `to_json` wrote.

        Raises:
            KeyError: a part of it is missing.
        """
        return cls(
            wrong=Curve.from_json(record["wrong"]),
            right=Curve.from_json(record["right"]),
            done=bool(record["done"]),
        )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _short(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.6g}")
