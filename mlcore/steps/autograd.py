"""The step as a plain script writes it: autograd finds the gradients."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from mlcore.model import MLP
from mlcore.optim import Optimizer
from mlcore.steps.updates import stock_step

__all__ = ["Autograd"]


class Autograd:
    """zero_grad, forward, loss, backward, clip, step: what every other stepper is compared with."""

    name = "autograd"

    def __init__(self, model: MLP, optimizer: Optimizer, clip_norm: float) -> None:
        self.model = model
        self.use(optimizer, clip_norm)

    def use(self, optimizer: Optimizer, clip_norm: float) -> None:
        """Continue with this optimizer and this clipping; 0.0: none."""
        self.optimizer, self.clip_norm = optimizer, clip_norm

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step on images `(B, 784)` and labels `(B,)`; returns the loss, unread."""
        self.optimizer.zero_grad()
        outcome = self.model(images)  # (B, C)
        loss = F.nll_loss if self.model.log_probabilities else F.cross_entropy
        value = loss(outcome, labels)  # ()
        value.backward()  # type: ignore[no-untyped-call]
        if self.clip_norm:
            clip_grad_norm_(self.model.parameters(), self.clip_norm)
        stock_step(self.optimizer)
        return value.detach()
