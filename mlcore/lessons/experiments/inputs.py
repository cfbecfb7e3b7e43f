"""Images and labels that are given to the network in the wrong way."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset, TensorDataset

from mlcore.lessons.experiments.kit import Digits, Steps, network, share_right, wide_network

__all__ = [
    "accuracy_on_bytes",
    "in_order_of_classes",
    "in_random_order",
    "pixels_as_bytes",
    "shuffled_labels",
    "true_labels",
]


def pixels_as_bytes(data: Digits) -> Steps:
    """Pixels from 0 to 255, as they are in the file."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.raw_train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def in_order_of_classes(data: Digits) -> Steps:
    """First all zeros, then all ones, and so on."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    order = data.train.tensors[1].argsort(stable=True)
    in_order = Subset(data.train, order.tolist())
    for _epoch in range(10):
        for images, labels in DataLoader(in_order, batch_size=64, shuffle=False):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def in_random_order(data: Digits) -> Steps:
    """The same images, shuffled anew in each epoch."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    order = data.train.tensors[1].argsort(stable=True)
    in_order = Subset(data.train, order.tolist())
    for _epoch in range(10):
        for images, labels in DataLoader(in_order, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def shuffled_labels(data: Digits) -> Steps:
    """Each image with the label of some other one."""
    model = wide_network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    images, labels = data.train[:100]
    labels = labels[torch.randperm(100)]
    train = TensorDataset(images, labels)
    for _epoch in range(100):
        for images, labels in DataLoader(train, batch_size=50, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def true_labels(data: Digits) -> Steps:
    """Each image with its own label."""
    model = wide_network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    images, labels = data.train[:100]
    train = TensorDataset(images, labels)
    for _epoch in range(100):
        for images, labels in DataLoader(train, batch_size=50, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


@torch.no_grad()
def accuracy_on_bytes(model: nn.Module, data: Digits) -> float:
    """The accuracy of a network that was trained on bytes."""
    images, labels = data.raw_test.tensors
    return share_right(model(images), labels)
