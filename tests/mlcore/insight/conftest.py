"""Answers of made-up models, the odd ones among them; small models, trained a little."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mlcore.config import DataConfig, ModelConfig
from mlcore.data.tensors import Dataset, load
from mlcore.insight.answers import Answers
from mlcore.model import MLP

KINDS = ("usual", "ties", "two classes", "a class missing", "all right", "all wrong", "one image")


def make(kind: str, count: int = 400, classes: int = 10, seed: int = 0) -> Answers:
    rng = np.random.default_rng(seed)
    if kind == "two classes":
        classes = 2
    if kind == "one image":
        count = 1
    labels = rng.integers(0, classes, count)
    if kind == "a class missing":
        labels[labels == 3] = 4
    logits = rng.normal(0, 1.5, (count, classes))
    logits[np.arange(count), labels] += 2.0
    if kind == "ties":
        logits = np.round(logits)
    if kind == "all right":
        logits[np.arange(count), labels] = logits.max(1) + 1
    if kind == "all wrong":
        logits[np.arange(count), labels] = logits.min(1) - 1
    return Answers(logits.astype(np.float32), labels.astype(np.int64))


@pytest.fixture(params=KINDS)
def answers(request: pytest.FixtureRequest) -> Answers:
    return make(request.param)


@pytest.fixture
def made() -> Callable[..., Answers]:
    return make


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load(DataConfig(name="digits", mean=0.1, std=0.3, store="uint8"), 0)


@pytest.fixture(scope="session")
def trained(digits: Dataset) -> Callable[..., MLP]:
    """A model after a few steps: `trained(hidden=(24, 12), activation="tanh", batch_norm=True)`."""

    def make(*, hidden: tuple[int, ...] = (24, 12), steps: int = 60, **settings: object) -> MLP:
        torch.manual_seed(3)
        model = MLP(ModelConfig(hidden=hidden, **settings))  # type: ignore[arg-type]
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        images, labels = digits.inputs(digits.train.images), digits.train.labels
        for _ in range(steps):
            optimizer.zero_grad()
            F.cross_entropy(model.logits(images), labels).backward()
            optimizer.step()
        optimizer.zero_grad()
        model.eval()
        return model

    return make
