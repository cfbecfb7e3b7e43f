"""Networks that are trained well and measured in the wrong way."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset

from mlcore.lessons.experiments.kit import Digits, Steps, network, share_right

__all__ = [
    "in_eval_mode",
    "in_train_mode",
    "on_few_images",
    "on_test_images",
    "on_training_images",
    "pairs_in_eval_mode",
    "pairs_in_train_mode",
    "with_batch_norm",
    "with_dropout",
]


def with_dropout(data: Digits) -> Steps:
    """A network with dropout."""
    model = nn.Sequential(
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def with_batch_norm(data: Digits) -> Steps:
    """A network with batch normalisation."""
    model = nn.Sequential(
        nn.Linear(784, 64),
        nn.BatchNorm1d(64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def in_train_mode(model: nn.Module, data: Digits) -> float:
    """Measured as the network is while it trains."""
    images, labels = data.test.tensors
    with torch.no_grad():
        outputs = model(images)
    return share_right(outputs, labels)


def in_eval_mode(model: nn.Module, data: Digits) -> float:
    """Measured in the mode that is made for it."""
    images, labels = data.test.tensors
    model.eval()
    with torch.no_grad():
        outputs = model(images)
    model.train()
    return share_right(outputs, labels)


def pairs_in_train_mode(model: nn.Module, data: Digits) -> float:
    """Two images at a time, measured as the network is while it trains."""
    images, labels = data.test.tensors
    with torch.no_grad():
        pairs = [model(pair) for pair in images.split(2)]
    return share_right(torch.cat(pairs), labels)


def pairs_in_eval_mode(model: nn.Module, data: Digits) -> float:
    """Two images at a time, measured in the mode that is made for it."""
    images, labels = data.test.tensors
    model.eval()
    with torch.no_grad():
        pairs = [model(pair) for pair in images.split(2)]
    model.train()
    return share_right(torch.cat(pairs), labels)


def on_few_images(data: Digits) -> Steps:
    """Trained on 100 images alone."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    train = Subset(data.train, range(100))
    for _epoch in range(60):
        for images, labels in DataLoader(train, batch_size=20, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def on_training_images(model: nn.Module, data: Digits) -> float:
    """Tested on what it was trained on."""
    images, labels = data.train[:100]
    with torch.no_grad():
        outputs = model(images)
    return share_right(outputs, labels)


def on_test_images(model: nn.Module, data: Digits) -> float:
    """Tested on what it has never seen."""
    images, labels = data.test[:]
    with torch.no_grad():
        outputs = model(images)
    return share_right(outputs, labels)
