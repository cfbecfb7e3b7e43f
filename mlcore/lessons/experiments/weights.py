"""Networks that cannot learn: all weights zero, or sigmoid after sigmoid."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from mlcore.lessons.experiments.kit import Digits, Steps, network

__all__ = ["all_zero", "deep_relu", "deep_sigmoid"]


def all_zero(data: Digits) -> Steps:
    """Every weight and bias begins as zero."""
    model = network()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(10):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def deep_sigmoid(data: Digits) -> Steps:
    """Four hidden layers with sigmoid."""
    model = nn.Sequential(nn.Linear(784, 64), nn.Sigmoid())
    for _layer in range(3):
        model.extend([nn.Linear(64, 64), nn.Sigmoid()])
    model.append(nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(20):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model


def deep_relu(data: Digits) -> Steps:
    """Four hidden layers with ReLU."""
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU())
    for _layer in range(3):
        model.extend([nn.Linear(64, 64), nn.ReLU()])
    model.append(nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _epoch in range(20):
        for images, labels in DataLoader(data.train, batch_size=64, shuffle=True):
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss, model
