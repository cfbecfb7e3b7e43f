"""A checkpoint's model as plain numbers, for a program without torch: the page's own script.

Batch normalisation is a linear function once a model is trained, so it is folded into the layer
before it: `w' = w · γ / √(σ² + ε)`, `b' = (b − μ) · γ / √(σ² + ε) + β` (S. Ioffe and C. Szegedy,
2015). What is left is linear layers with one activation between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mlcore.checkpoint import Checkpoint, build_model

__all__ = ["MOST_NUMBERS", "PlainNetwork", "plain_network"]

MOST_NUMBERS = 3 * 2**20
"""Weights and biases of a network that is sent to a browser, at most: 12 MB, a few ms an answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainNetwork:
    """Linear layers with an activation between them.

    Attributes:
        widths: of the input, each hidden layer and the output.
        activation: its name in the settings.
        mean, std: of pixels from 0 to 1; they are taken off and divided by.
        numbers: for each layer its weights `(after, before)`, then its biases `(after,)`.
    """

    widths: tuple[int, ...]
    activation: str
    mean: float
    std: float
    numbers: NDArray[np.float32]


def plain_network(found: Checkpoint) -> PlainNetwork | None:
    """The model of a checkpoint; None where it has more than `MOST_NUMBERS`.

    Raises:
        CheckpointError: the model's activation is not here.
    """
    found.check_certain()
    model = build_model(found).eval()
    layers = model.linears
    if sum(layer.weight.numel() + layer.out_features for layer in layers) > MOST_NUMBERS:
        return None
    parts = []
    for number, layer in enumerate(layers):
        norm = model.norms[number] if number < len(model.norms) else None
        weight, bias = _folded(layer, norm)
        parts += [weight.ravel(), bias]
    return PlainNetwork(
        widths=(model.inputs, *(layer.out_features for layer in layers)),
        activation=found.model_config.activation,
        mean=found.mean,
        std=found.std,
        numbers=np.concatenate(parts).astype("<f4"),
    )


@torch.inference_mode()
def _folded(
    layer: nn.Linear, norm: nn.BatchNorm1d | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (after, before) and biases (after,) of a layer with what follows it."""
    weight, bias = layer.weight.double(), layer.bias.double()
    if norm is not None and norm.running_mean is not None and norm.running_var is not None:
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)  # (after,)
        weight = weight * scale[:, None]
        bias = (bias - norm.running_mean.double()) * scale + norm.bias.double()
    return weight.numpy(), bias.numpy()
