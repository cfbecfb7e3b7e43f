"""A model that takes pixels: its normalisation goes with it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.config import SIDE
from mlcore.data.tensors import Dataset
from mlcore.model import MLP

__all__ = ["SHAPE", "PixelModel", "pixel_model", "some_images"]

SHAPE = (1, SIDE, SIDE)
"""Channels, rows and columns of an image."""


class PixelModel(nn.Module):
    """`(B, 1, 28, 28)` pixels from 0 to 1, as `ToTensor` gives them → what the model says of them.

    Computes `Normalize((mean,), (std,))` and then the model.
    """

    def __init__(self, model: MLP, mean: float, std: float) -> None:
        super().__init__()
        self.model, self.mean, self.std = model, mean, std

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities or logits, `(B, classes)`."""
        outcome: Tensor = self.model((images - self.mean) / self.std)
        return outcome


def pixel_model(found: Checkpoint) -> PixelModel:
    """The model of a checkpoint behind its normalisation, in float32 and evaluation mode."""
    return PixelModel(checkpoint.build_model(found).float(), found.mean, found.std).eval()


def some_images(data: Dataset | None) -> Tensor:
    """Pixels to compare on, `(N, 1, 28, 28)`: the whole test set, or 1,000 images of noise."""
    if data is None:
        return torch.rand(1000, *SHAPE, generator=torch.Generator().manual_seed(0))
    return (data.test.images.float() / 255).view(-1, *SHAPE)
