"""How many units a training has lost: measured now and then, at the end of an epoch."""

from __future__ import annotations

import torch
from torch import Tensor

from mlcore.data.tensors import Dataset
from mlcore.model import ACTIVATIONS, MLP, evaluation_mode

__all__ = ["IMAGES", "is_due", "share_of_dead_units"]

IMAGES = 128
"""Images that are looked at: the first ones of those held out, or else of the training set."""


def is_due(epoch: int) -> bool:
    """Whether units are counted after this epoch (from 1): after 1, 2, 4, 8 and so on.

    Most that die do so early, and so it costs a long run next to nothing.
    """
    return epoch & (epoch - 1) == 0


def share_of_dead_units(model: MLP, data: Dataset) -> float | None:
    """The share of units that give 0 for every image, in the layer that has most of them.

    No gradient reaches such a unit, so it seldom comes back. Draws no random numbers.

    Args:
        model: on the device of the images.
        data: its first `IMAGES` held-out images are looked at.

    Returns:
        0 to 1; None without hidden layers, or with an activation that is never quite 0.
    """
    if model.config.activation != "relu" or not model.config.hidden:
        return None
    split = data.train if data.validation is None else data.validation
    with evaluation_mode(model), torch.inference_mode():
        hidden = data.inputs(split.images[:IMAGES]).to(model.dtype)  # (B, 784)
        shares: list[Tensor] = []
        for number, layer in enumerate(model.linears[:-1]):
            hidden = layer(hidden)  # (B, width)
            if model.norms:
                hidden = model.norms[number](hidden)  # (B, width)
            hidden = ACTIVATIONS["relu"](hidden)  # (B, width)
            shares.append((hidden.amax(0) <= 0).float().mean())
        return float(torch.stack(shares).max())  # syncs with the device
