"""Which training images are nearest to an image, as the last hidden layer sees them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mlcore.data.tensors import Dataset
from mlcore.insight.path import in_parts, last_hidden
from mlcore.model import MLP

__all__ = ["MOST_BYTES", "Neighbour", "hidden_of", "nearest", "within_bounds"]

MOST_BYTES = 128 * 2**20
"""Of the activations of all training images that are looked through: MNIST's 60,000 images take
15 MB with 64 units. Of a layer so wide that they would take more, the first images are taken."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training image."""

    index: int  # in the training set
    label: int
    distance: float  # Euclidean, in the last hidden layer


def within_bounds(model: MLP, images: int) -> int:
    """How many of so many training images are looked through (`MOST_BYTES`)."""
    width = model.linears[-1].in_features
    return min(images, max(1, MOST_BYTES // (4 * width)))


def hidden_of(model: MLP, images: Tensor, data: Dataset) -> Tensor:
    """The last hidden layer's outputs for many images, `(N, width)` float32.

    For a model without hidden layers those are the normalised pixels.

    Args:
        model: on the device of the images.
        images: `(N, 784)`, as bytes or normalised.
        data: says how bytes are normalised.
    """
    return torch.cat([last_hidden(model, data.inputs(part)) for part in in_parts(images)])


def nearest(query: Tensor, hidden: Tensor, labels: Tensor, count: int) -> tuple[Neighbour, ...]:
    """The rows of `hidden` that are nearest to `query`, nearest first.

    Args:
        query: `(width,)`, the image's own outputs of that layer.
        hidden: `(N, width)`, those of the training images.
        labels: `(N,)`.
        count: how many; fewer where there are fewer.
    """
    distances = torch.cat(
        [(part - query.reshape(1, -1)).square().sum(1) for part in in_parts(hidden)]
    ).sqrt()  # (N,)
    order = distances.argsort(stable=True)[:count].tolist()
    return tuple(Neighbour(i, int(labels[i]), float(distances[i])) for i in order)
