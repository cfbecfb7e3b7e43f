"""Losses that do not fit what the network gives."""

from __future__ import annotations

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

from mlcore.lessons.experiments.kit import Digits, Steps, network

__all__ = ["log_softmax_twice", "nll_on_log_softmax", "nll_on_logits", "softmax_first"]


def log_softmax_twice(data: Digits) -> Steps:
    """Cross entropy of log-probabilities: it takes their log-softmax once more."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            outputs = F.log_softmax(model(images), dim=1)
            loss = F.cross_entropy(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def softmax_first(data: Digits) -> Steps:
    """Cross entropy of probabilities: it takes them for logits."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            outputs = F.softmax(model(images), dim=1)
            loss = F.cross_entropy(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def nll_on_logits(data: Digits) -> Steps:
    """The loss for log-probabilities, given logits."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            outputs = model(images)
            loss = F.nll_loss(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def nll_on_log_softmax(data: Digits) -> Steps:
    """The loss for log-probabilities, given those."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            outputs = F.log_softmax(model(images), dim=1)
            loss = F.nll_loss(outputs, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model
