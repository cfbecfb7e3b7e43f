"""The current epoch: which images come in which batch, and how many have been used."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from mlcore.data.batches import epoch_order, iterate, steps_per_epoch
from mlcore.data.tensors import Dataset

__all__ = ["Feed"]


class Feed:
    """Yields the batches of one epoch after another from images in memory.

    Args:
        data: its training images.
        batch_size: images of a batch.
        drop_last: leave a short last batch out.
        dtype: the model's kind of numbers.

    Attributes:
        seed: what the order of the current epoch was drawn from; None between epochs.
        position: steps done in this epoch.
        used: images of this epoch's order that were trained on.
    """

    def __init__(self, data: Dataset, batch_size: int, drop_last: bool, dtype: torch.dtype) -> None:
        self._data, self._dtype = data, dtype
        self._batch_size, self._drop_last = batch_size, drop_last
        self.seed: int | None = None
        self.position = self.used = 0
        self._batches: Iterator[tuple[Tensor, Tensor]] = iter(())

    def begin(self, seed: int, position: int = 0, used: int = 0) -> None:
        """Start the epoch whose order this seed draws, or return to the middle of it."""
        self.seed, self.position, self.used = seed, position, used
        order = epoch_order(seed, len(self._data.train))  # (N,)
        self._batches = iterate(
            self._data.train,
            order,
            self._batch_size,
            drop_last=self._drop_last,
            start=used,
            prepare=self._inputs,
            reuse=True,
        )

    def _inputs(self, images: Tensor) -> Tensor:
        """Gathered images as the model takes them, `(B, 784)`."""
        return self._data.inputs(images).to(self._dtype)

    def resize(self, batch_size: int) -> None:
        """Use batches of this size from now on, also for what is left of the epoch's order."""
        self._batch_size = batch_size
        if self.seed is not None:
            self.begin(self.seed, self.position, self.used)

    def end(self) -> None:
        """End the epoch."""
        self.seed, self.position, self.used = None, 0, 0

    def next(self) -> tuple[Tensor, Tensor]:
        """The next batch: images `(B, 784)` and labels `(B,)`, good until the next is asked for."""
        images, labels = next(self._batches)
        self.used += len(labels)
        self.position += 1
        return images, labels

    @property
    def exhausted(self) -> bool:
        """Whether the current epoch has no batch left."""
        return self.seed is not None and self.steps_left() == 0

    def left(self) -> int:
        """Images left in the current epoch (all, between two epochs)."""
        return len(self._data.train) - self.used

    def steps_left(self) -> int:
        """Batches left in the current epoch (a whole epoch's, between two)."""
        return steps_per_epoch(self.left(), self._batch_size, self._drop_last)

    def steps_per_epoch(self) -> int:
        """Batches of a whole epoch at this batch size."""
        return steps_per_epoch(len(self._data.train), self._batch_size, self._drop_last)
