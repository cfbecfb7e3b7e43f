"""Step losses: kept on the device, and read from it a few times a second."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from mlcore.errors import DivergedError

__all__ = ["Losses"]

FLUSH_SECONDS = 0.050  # losses are read from the device this often


class Losses:
    """Collects losses without reading them; reading all of them at once costs one device sync.

    Attributes:
        total: sum of this epoch's losses that were read, in float64.
        diverged: the error to raise, once a loss was not finite.
    """

    def __init__(self) -> None:
        self.total = 0.0
        self.diverged: DivergedError | None = None
        self._unread: list[Tensor] = []
        self._rates: list[float] = []
        self._read_at = time.perf_counter()

    def __len__(self) -> int:
        return len(self._unread)

    def add(self, loss: Tensor, rate: float) -> None:
        """Keep a step's loss `()` and learning rate; reads nothing from the device."""
        self._unread.append(loss)
        self._rates.append(rate)

    def forget(self) -> None:
        """Drop the losses that were not read: another process records them."""
        self._unread, self._rates = [], []

    def due(self) -> bool:
        """Whether it is time to read."""
        return time.perf_counter() - self._read_at >= FLUSH_SECONDS

    def read(self, first: int) -> tuple[float, ...]:
        """The losses not read yet, up to the first that is not finite (see `diverged`).

        Args:
            first: number of the step that the first of them belongs to.
        """
        values = torch.stack(self._unread).tolist()  # (n,) syncs with the device
        rates, self._unread, self._rates = self._rates, [], []
        self._read_at = time.perf_counter()
        for index, value in enumerate(values):
            if not math.isfinite(value):
                self.diverged = _diverged(value, first + index, rates[index])
                return tuple(values[:index])
            self.total += value  # one by one: the sum must not depend on when they are read
        return tuple(values)


def _diverged(loss: float, step: int, rate: float) -> DivergedError:
    return DivergedError(
        "The loss became {loss} at step {step} with a learning rate of {rate:g}: set a "
        "lower `optim.lr`, such as {lower:g}, shorten the gradients with "
        "`optim.clip_norm` 1, or check the normalisation (`data.mean`, `data.std`).",
        loss=loss,
        step=step,
        rate=rate,
        lower=float(f"{rate / 10:.1g}"),
    )
