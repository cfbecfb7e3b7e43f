"""`run_lesson`: both sides of a lesson trained in turn, a few steps each, and recorded."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from mlcore.lessons.curves import Curve, Pair
from mlcore.lessons.experiments.kit import Digits, Steps, digits
from mlcore.lessons.lesson import Lesson, Side

__all__ = ["run_lesson"]

_TURN = 320  # images that a side learns from before it is measured, and the other has its turn


def run_lesson(lesson: Lesson, seed: int, *, pause: float = 0.0) -> Iterator[Pair]:
    """Train both sides of a lesson, with one thread; gives what is recorded after each turn.

    Both begin with the same random numbers, and neither takes any from the other.

    Args:
        lesson: which.
        seed: of the weights, and of the order of the images.
        pause: seconds between two turns, so that a person can watch.

    Raises:
        DataCorruptError: the file of the digits is damaged.
    """
    threads = torch.get_num_threads()
    before = torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        data = digits()
        _first_step()
        wrong, right = (_Runner(side, data, seed) for side in (lesson.wrong, lesson.right))
        while not (wrong.done and right.done):
            wrong.turn()
            right.turn()
            done = wrong.done and right.done
            yield Pair(wrong=wrong.curve(), right=right.curve(), done=done)
            if not done:
                time.sleep(pause)
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(before)


@dataclass(slots=True)
class _Record:
    loss: list[float | None] = field(default_factory=list)
    measured: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    gradient: list[float | None] = field(default_factory=list)
    seconds: float = 0.0


class _Runner:
    """One side on its way; it draws from random numbers of its own."""

    def __init__(self, side: Side, data: Digits, seed: int) -> None:
        train: Callable[[Digits], Steps] = _function(side.train)
        self._measure: Callable[[nn.Module, Digits], float] = _function(side.measure)
        self._steps, self._data = train(data), data
        self._each = max(1, _TURN // side.batch)  # steps of a turn
        self._record = _Record()
        self._random = torch.Generator().manual_seed(seed).get_state()
        self.done = False

    def turn(self) -> None:
        """So many steps, and a measurement."""
        if self.done:
            return
        torch.set_rng_state(self._random)
        model, began = None, time.perf_counter()
        for _step in range(self._each):
            found = next(self._steps, None)
            if found is None:
                self.done = True
                break
            loss, model = found
            self._record.loss.append(_finite(loss.item()))
        self._record.seconds += time.perf_counter() - began
        self._random = torch.get_rng_state()  # before the measurement, which may draw some too
        if model is not None:
            self._note(model)

    def curve(self) -> Curve:
        """All of it up to now."""
        record = self._record
        return Curve(
            loss=tuple(record.loss),
            measured=tuple(record.measured),
            accuracy=tuple(record.accuracy),
            gradient=tuple(record.gradient),
            seconds=record.seconds,
        )

    def _note(self, model: nn.Module) -> None:
        first = next(model.parameters()).grad
        self._record.measured.append(len(self._record.loss))
        self._record.accuracy.append(self._measure(model, self._data))
        self._record.gradient.append(None if first is None else _finite(_length(first)))


def _first_step() -> None:
    """The first step of all imports torch's compiler: seconds that are no lesson's."""
    parameter = nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    torch.optim.SGD([parameter], lr=0.1).step()


def _length(values: Tensor) -> float:
    return float(values.norm())


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _function(name: str) -> Any:
    """A function of the experiments by its module and name, such as "usual.usual"."""
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f"mlcore.lessons.experiments.{module}"), function)
