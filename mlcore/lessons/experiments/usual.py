"""The loop as it should be, which most lessons are compared with."""

from __future__ import annotations

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

from mlcore.lessons.experiments.kit import Digits, Steps, network

__all__ = ["usual"]


def usual(data: Digits) -> Steps:
    """Ten epochs of SGD in batches of 64."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model
