"""A throw-away training, each step of which can have a learning rate of its own."""

from __future__ import annotations

import math

import torch

from mlcore.config import RunConfig
from mlcore.data.batches import draw_epoch_seed
from mlcore.data.tensors import Dataset, Split
from mlcore.evaluation import loss_and_accuracy
from mlcore.model import build
from mlcore.optim import build_optimizer
from mlcore.steps import make_stepper
from mlcore.trainer.feed import Feed
from mlcore.trainer.random import random_state, restore_random_state

__all__ = ["Training"]


class Training:
    """A fresh model, its optimizer and its batches; they draw from random numbers of their own.

    All are those of a run with these settings and its seed, dropout, batch norm and clipping
    included, without a schedule. Where the images of an epoch are used up, they begin anew in
    another order. torch's global random state is as it was after every call.
    """

    def __init__(self, config: RunConfig, data: Dataset) -> None:
        self._data, self._device = data, data.train.images.device
        before = random_state(self._device)
        torch.manual_seed(config.train.seed)
        try:
            self._model = build(config, len(data.classes)).to(self._device)
            self._random = random_state(self._device)
        finally:
            restore_random_state(before, self._device)
        optim = config.with_values({"optim.lr_decay": 0.0}).optim
        self._optimizer = build_optimizer(self._model.parameters(), optim)
        self._stepper = make_stepper(config, self._model, self._optimizer, self._device)
        self._feed = Feed(data, config.data.batch_size, config.data.drop_last, self._model.dtype)
        self._model.train()

    def step(self, lr: float) -> float | None:
        """One step at this rate; its loss, or None where that is not finite."""
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        before = random_state(self._device)
        restore_random_state(self._random, self._device)
        try:
            loss = self._next_loss()
            self._random = random_state(self._device)
        finally:
            restore_random_state(before, self._device)
        return loss if math.isfinite(loss) else None

    def loss_on(self, split: Split) -> float | None:
        """The mean loss on these images as at the end of an epoch, or None where not finite.

        The model is left as it was, and nothing random is drawn.
        """
        loss, _ = loss_and_accuracy(self._model, split, self._data)
        return loss if math.isfinite(loss) else None

    def _next_loss(self) -> float:
        if self._feed.seed is None:
            self._feed.begin(draw_epoch_seed())
        images, labels = self._feed.next()  # (B, 784), (B,)
        loss = float(self._stepper.step(images, labels))  # syncs with the device
        if self._feed.exhausted:
            self._feed.end()
        return loss
