"""Small models, trained a little on the bundled digits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F

from mlcore.config import DataConfig, ModelConfig
from mlcore.data.tensors import Dataset, load
from mlcore.model import MLP


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
