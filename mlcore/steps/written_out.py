"""The step of an MLP written out as the mathematics of backpropagation.

Forward through the layers, backward through their derivatives in reverse order, then the update:
the same operations on the same numbers as autograd and the stock optimizer, without their
bookkeeping. `layers.py` and `loss.py` hold the derivatives, `updates.py` the
updates.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from mlcore.model import MLP
from mlcore.optim import Optimizer
from mlcore.steps.layers import layers_of
from mlcore.steps.loss import NegativeLogLikelihood
from mlcore.steps.packing import Packing
from mlcore.steps.updates import make_update

__all__ = ["WrittenOut"]


class WrittenOut:
    """Forward, backward and update of an MLP without autograd, equal to it to the last bit."""

    name = "written_out"

    def __init__(self, model: MLP, optimizer: Optimizer, clip_norm: float) -> None:
        self.model = model
        weights = list(model.parameters())
        self.packing = Packing([weight.numel() for weight in weights])
        self.weights = self.packing.move(weights)  # before the layers take views of them
        self.layers, self.loss = layers_of(model), NegativeLogLikelihood()
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        self.gradients = self.packing.move(gradients)
        self.size = 0  # of the batches that there is room for
        self.use(optimizer, clip_norm)

    def use(self, optimizer: Optimizer, clip_norm: float) -> None:
        """Continue with this optimizer and this clipping; 0.0: none."""
        self.clip_norm = clip_norm
        self.update = make_update(optimizer, self.weights, self.gradients, self.packing)

    @torch.no_grad()
    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step on images `(B, 784)` and labels `(B,)`; returns the loss, unread."""
        if len(images) != self.size:
            self._resize(len(images))
        x = images
        for layer in self.layers:
            x = layer.forward(x)  # (B, width), at last the logits (B, C)
        loss = self.loss.forward(x, labels)  # ()
        dy = self.loss.backward()  # (B, C)
        for layer in reversed(self.layers):
            dy = layer.backward(dy)  # (B, width)
        if self.clip_norm:
            clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.update()
        return loss

    def _resize(self, size: int) -> None:
        """Make room for batches of this size; an epoch whose last batch is short does so twice."""
        for layer in self.layers:
            layer.resize(size)
        self.loss.resize(size, self.model.outputs, self.model.dtype)
        self.size = size
