"""What every way of doing an optimisation step has in common."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from mlcore.optim import Optimizer

__all__ = ["Stepper"]


class Stepper(Protocol):
    """Does optimisation steps: forward pass, loss, backward pass, clipping, update.

    All give the same losses and weights, to the last bit. What they remember is in the model and
    in the optimizer's own state, so that one can take over from another at any step.
    """

    name: str

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """Do one step and return its mean loss: a fresh 0-dim tensor on the device, unread.

        Args:
            images: normalised, `(B, 784)`, of the model's kind of numbers; the caller may overwrite
                it afterwards.
            labels: `(B,)` int64.
        """
        ...

    def use(self, optimizer: Optimizer, clip_norm: float) -> None:
        """Continue with this optimizer (over the same weights) and this clipping; 0.0: none."""
        ...
