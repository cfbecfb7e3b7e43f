"""Loops whose step is wrong: gradients that add up, learning rates and batches out of range."""

from __future__ import annotations

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

from mlcore.lessons.experiments.kit import Digits, Steps, network

__all__ = [
    "batches_of_64",
    "batches_of_one",
    "one_batch_of_all",
    "rate_too_high",
    "rate_too_low",
    "without_zero_grad",
]


def without_zero_grad(data: Digits) -> Steps:
    """The gradients of all steps add up."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            yield loss, model


def rate_too_high(data: Digits) -> Steps:
    """A hundred times the usual learning rate."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=10.0)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def rate_too_low(data: Digits) -> Steps:
    """A hundredth of the usual learning rate."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def batches_of_one(data: Digits) -> Steps:
    """A step after every single image."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(2):
        for images, labels in DataLoader(data.train, batch_size=1, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def one_batch_of_all(data: Digits) -> Steps:
    """One step an epoch, after all 1,437 images."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=len(data.train)):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def batches_of_64(data: Digits) -> Steps:
    """Two epochs of the usual loop."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(2):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model
