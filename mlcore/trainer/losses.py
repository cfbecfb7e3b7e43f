"""Step losses on their way from the device into events."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from mlcore.errors import DivergedError

__all__ = ["Losses"]

FLUSH_SECONDS = 0.050  # losses are read from the device this often


class Losses:
    """Collects losses unread; reading them all at once costs one sync with the device.

    Attributes:
        total: sum of this epoch's losses that were read, in float64.
        diverged: the error to raise, once a loss was not finite.
    """

    def __init__(self) -> None:
        self.total = 0.0
        self.diverged: DivergedError | None = None
        self._waiting: list[Tensor] = []
        self._rates: list[float] = []
        self._read_at = time.perf_counter()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, loss: Tensor, rate: float) -> None:
        """Keep a step's loss `()` and learning rate; reads nothing."""
        self._waiting.append(loss)
        self._rates.append(rate)

    def due(self) -> bool:
        """Whether it is time to read."""
        return time.perf_counter() - self._read_at >= FLUSH_SECONDS

    def read(self, first: int) -> tuple[float, ...]:
        """The losses that waited, up to the first that is not finite (see `diverged`).

        Args:
            first: number of the step that the first of them belongs to.
        """
        values = torch.stack(self._waiting).tolist()  # (n,) syncs with the device
        rates, self._waiting, self._rates = self._rates, [], []
        self._read_at = time.perf_counter()
        for place, value in enumerate(values):
            if not math.isfinite(value):
                self.diverged = _diverged(value, first + place, rates[place])
                return tuple(values[:place])
            self.total += value  # one by one: the sum does not depend on when they are read
        return tuple(values)


def _diverged(loss: float, step: int, rate: float) -> DivergedError:
    return DivergedError(
        "The loss became {loss} at step {step} with a learning rate of {rate:g}: set a "
        "lower `optim.lr`, such as {lower:.1g}, shorten the gradients with "
        "`optim.clip_norm` 1, or look at the normalisation (`data.mean`, `data.std`).",
        loss=loss,
        step=step,
        rate=rate,
        lower=rate / 10,
    )
