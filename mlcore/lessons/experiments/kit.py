"""What every experiment starts from: the bundled digits, a small network, its accuracy."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from mlcore.data.digits import read_bundled
from mlcore.data.family import RawSplit

__all__ = [
    "MEAN",
    "STD",
    "Digits",
    "Steps",
    "accuracy",
    "digits",
    "network",
    "share_right",
    "wide_network",
]

MEAN, STD = 0.156, 0.278
"""Mean and standard deviation of the bundled training digits' pixels, from 0 to 1."""

Steps = Iterator[tuple[Tensor, nn.Module]]
"""After each step: its loss, and the network as it is now."""


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """The bundled digits as tensors.

    Attributes:
        train: 1,437 normalised images (784,) with their labels.
        test: 360 more, never trained on.
        raw_train: the training images as bytes from 0 to 255.
        raw_test: the test images as bytes.
    """

    train: TensorDataset
    test: TensorDataset
    raw_train: TensorDataset
    raw_test: TensorDataset


@functools.cache
def digits() -> Digits:
    """The digits, read once in a process.

    Raises:
        DataCorruptError: the file of the package is damaged.
    """
    raw = [_tensors(split) for split in read_bundled()]
    train, test = (TensorDataset((x / 255 - MEAN) / STD, y) for x, y in raw)
    raw_train, raw_test = (TensorDataset(x, y) for x, y in raw)
    return Digits(train, test, raw_train, raw_test)


def _tensors(split: RawSplit) -> tuple[Tensor, Tensor]:
    """Pixels (N, 784) from 0 to 255 as float32, and labels (N,)."""
    images = torch.tensor(split.images).flatten(1).float()
    return images, torch.tensor(split.labels)


def network() -> nn.Sequential:
    """784 pixels, 64 hidden units, 10 classes."""
    return nn.Sequential(
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def wide_network() -> nn.Sequential:
    """784 pixels, 256 hidden units, 10 classes."""
    return nn.Sequential(
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
    )


@torch.no_grad()
def accuracy(model: nn.Module, data: Digits) -> float:
    """Share of the test images that the network reads rightly, measured as it should be."""
    model.eval()
    images, labels = data.test.tensors
    found = share_right(model(images), labels)
    model.train()
    return found


def share_right(outputs: Tensor, labels: Tensor) -> float:
    """Share of the rows of `outputs` (N, 10) whose largest number is the label's."""
    return (outputs.argmax(1) == labels).float().mean().item()
