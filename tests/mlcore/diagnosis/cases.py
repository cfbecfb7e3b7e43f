"""The runs whose histories a diagnosis is held to: settings, by what is done to the training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig

__all__ = ["CASES", "MNIST_CASES", "Case"]

_START = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(lr=0.1),
    train=TrainConfig(epochs=20, device="cpu", threads=1),
)
_NAMES = {
    "lr": "optim.lr",
    "by": "optim.name",
    "momentum": "optim.momentum",
    "decay": "optim.weight_decay",
    "schedule": "optim.schedule",
    "batch": "data.batch_size",
    "limit": "data.train_limit",
    "held": "data.validation",
    "mean": "data.mean",
    "std": "data.std",
    "hidden": "model.hidden",
    "act": "model.activation",
    "dropout": "model.dropout",
    "norm": "model.batch_norm",
    "epochs": "train.epochs",
    "loss": "train.loss",
    "patience": "train.patience",
    "data": "data.name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One training; those that are kept aside are never looked at while rules are made."""

    name: str
    config: RunConfig
    aside: bool


def _cases(groups: dict[str, list[dict[str, Any]]], start: RunConfig) -> Iterator[Case]:
    number = 0
    for group, many in groups.items():
        for index, few in enumerate(many):
            values = {_NAMES[name]: value for name, value in few.items()}
            values["train.seed"] = number
            name = f"{group}, " + ", ".join(f"{key} {few[key]}" for key in few)
            yield Case(name=name, config=start.with_values(values), aside=index % 3 == 2)
            number += 1


_SIGMOIDS = {"act": "sigmoid"}
_GROUPS: dict[str, list[dict[str, Any]]] = {
    "well": [
        {"by": "adam", "lr": 0.001, "epochs": 30},
        {"by": "adam", "lr": 0.003, "epochs": 15},
        {"lr": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"by": "adamw", "lr": 0.01, "schedule": "one_cycle"},
        {"lr": 0.2, "schedule": "cosine"},
        {"by": "rmsprop", "lr": 0.001},
        {"by": "adagrad", "lr": 0.02},
        {"by": "adam", "lr": 0.003, "norm": True},
        {"by": "adam", "lr": 0.003, "dropout": 0.2},
        {"by": "adam", "lr": 0.002, "act": "gelu"},
        {"lr": 0.1, "act": "tanh", "loss": "cross_entropy"},
        {"by": "adam", "lr": 0.002, "act": "silu", "batch": 64},
        {"lr": 0.05, "act": "leaky_relu", "epochs": 40},
        {"lr": 0.1, "hidden": ()},
        {"by": "adam", "lr": 0.003, "batch": 128, "epochs": 40},
        {"by": "adam", "lr": 0.002, "patience": 3, "epochs": 60},
        {"by": "adam", "lr": 0.001, "hidden": (512,), "held": 0},
        {"by": "adam", "lr": 0.01, "batch": 1237, "epochs": 150},
        {"lr": 0.3, "batch": 256, "epochs": 60},
        {"by": "adam", "lr": 0.001, "act": "sigmoid", "epochs": 40},
        {"lr": 0.05, "batch": 16, "held": 0},
    ],
    "rate too high": [
        {"lr": 1.0},
        {"lr": 2.0},
        {"lr": 5.0},
        {"lr": 10.0, "epochs": 8},
        {"lr": 50.0},
        {"lr": 100.0, "act": "tanh"},
        {"by": "adam", "lr": 0.1},
        {"by": "adam", "lr": 0.5},
        {"by": "adam", "lr": 1.0, "epochs": 10},
        {"by": "adam", "lr": 5.0},
        {"by": "rmsprop", "lr": 0.1},
        {"by": "rmsprop", "lr": 0.5},
        {"lr": 0.5, "momentum": 0.9},
        {"lr": 1.0, "momentum": 0.95},
        {"by": "adagrad", "lr": 1.0},
        {"by": "adagrad", "lr": 5.0},
        {"lr": 5.0, "act": "tanh"},
        {"by": "adam", "lr": 0.5, "act": "sigmoid"},
        {"lr": 10.0, "norm": True},
        {"by": "adamw", "lr": 0.3, "batch": 128, "epochs": 30},
        {"lr": 3.0, "batch": 8, "epochs": 6},
        {"lr": 20.0, "hidden": ()},
        {"lr": 0.8, "batch": 2, "epochs": 3},
        {"by": "adam", "lr": 0.2, "hidden": (64, 64, 64), "held": 0},
    ],
    "rate too low": [
        {"lr": 0.001},
        {"lr": 0.0003},
        {"lr": 0.0001, "epochs": 40},
        {"lr": 0.003},
        {"by": "adam", "lr": 0.00001},
        {"by": "adam", "lr": 0.00003},
        {"by": "adam", "lr": 0.000003, "epochs": 60},
        {"by": "rmsprop", "lr": 0.000003},
        {"by": "adagrad", "lr": 0.0001},
        {"lr": 0.0001, "momentum": 0.9},
        {"by": "adamw", "lr": 0.00001, "epochs": 10},
        {"lr": 0.0005, "hidden": ()},
        {"lr": 0.003, "act": "tanh", "held": 0},
        {"by": "adam", "lr": 0.00002, "norm": True},
        {"lr": 0.002, "batch": 128, "epochs": 40},
        {"by": "adagrad", "lr": 0.0003, "epochs": 40},
    ],
    "few images": [
        {"by": "adam", "lr": 0.003, "limit": 300, "epochs": 80},
        {"lr": 0.1, "limit": 260, "batch": 16, "epochs": 150},
        {"by": "adam", "lr": 0.002, "limit": 240, "batch": 8, "epochs": 100},
        {"by": "adam", "lr": 0.003, "limit": 230, "hidden": (512, 512), "batch": 8, "epochs": 60},
        {"by": "adamw", "lr": 0.005, "limit": 350, "act": "tanh", "epochs": 80},
        {"by": "rmsprop", "lr": 0.002, "limit": 300, "epochs": 60},
        {"by": "adam", "lr": 0.01, "hidden": (512, 512), "epochs": 60},
        {"lr": 0.2, "momentum": 0.8, "limit": 280, "epochs": 100},
        {"by": "adam", "lr": 0.003, "limit": 260, "held": 100, "epochs": 80, "norm": True},
    ],
    "too simple": [
        {"lr": 0.1, "hidden": (2,), "epochs": 60},
        {"by": "adam", "lr": 0.003, "hidden": (2,), "epochs": 60},
        {"by": "adam", "lr": 0.005, "hidden": (3, 3), "epochs": 60},
        {"by": "adam", "lr": 0.003, "dropout": 0.9, "epochs": 30},
        {"by": "adam", "lr": 0.002, "dropout": 0.95, "epochs": 30},
        {"lr": 0.1, "dropout": 0.9, "epochs": 40},
        {"lr": 0.1, "decay": 0.1, "epochs": 30},
        {"by": "adam", "lr": 0.003, "decay": 0.1, "epochs": 30},
        {"lr": 0.1, "decay": 0.05, "epochs": 30},
        {"by": "adam", "lr": 0.01, "hidden": (64, 2), "epochs": 50},
        {"by": "adam", "lr": 0.003, "hidden": (1,), "epochs": 80},
        {"lr": 0.1, "hidden": (2, 16), "act": "tanh", "epochs": 80},
    ],
    "level": [
        {"lr": 0.1, "hidden": (64,) * 5, **_SIGMOIDS},
        {"lr": 0.1, "hidden": (32,) * 6, **_SIGMOIDS, "epochs": 30},
        {"lr": 0.05, "hidden": (32,) * 8, **_SIGMOIDS},
        {"by": "adam", "lr": 0.001, "hidden": (16,) * 20, "act": "sigmoid", "epochs": 25},
        {"lr": 0.1, "hidden": (16,) * 16, "act": "relu", "epochs": 30},
        {"lr": 0.2, "hidden": (64,) * 4, **_SIGMOIDS, "batch": 128, "epochs": 40},
        {"by": "adam", "lr": 0.001, "hidden": (8,) * 30, "epochs": 25},
        {"lr": 0.1, "hidden": (64,) * 3, **_SIGMOIDS, "epochs": 40},
    ],
    "small batches": [
        {"lr": 0.003, "batch": 1, "epochs": 5},
        {"lr": 0.01, "batch": 2, "epochs": 5},
        {"by": "adam", "lr": 0.001, "batch": 4, "epochs": 6},
        {"lr": 0.02, "batch": 8, "epochs": 10},
        {"by": "adam", "lr": 0.0003, "batch": 1, "epochs": 4},
        {"lr": 0.005, "batch": 4, "epochs": 8, "act": "tanh"},
    ],
    "too short": [
        {"by": "adam", "lr": 0.001, "epochs": 2},
        {"by": "adam", "lr": 0.001, "epochs": 3},
        {"lr": 0.05, "epochs": 4},
        {"lr": 0.02, "epochs": 6},
        {"lr": 0.1, "epochs": 3},
        {"by": "adam", "lr": 0.0005, "epochs": 4, "act": "tanh"},
        {"by": "adagrad", "lr": 0.005, "epochs": 4},
        {"lr": 0.03, "epochs": 6, "held": 0},
    ],
    "inputs": [
        {"by": "adam", "lr": 0.001, "std": 0.02},
        {"by": "adam", "lr": 0.001, "std": 0.01, "mean": 0.0},
        {"by": "adam", "lr": 0.0005, "std": 0.03, "act": "gelu"},
        {"by": "adam", "lr": 0.001, "mean": -10.0},
        {"by": "adam", "lr": 0.001, "mean": 0.13, "std": 0.31},
        {"by": "adam", "lr": 0.001, "mean": 0.0, "std": 1.0},
    ],
    "lost units": [
        {"by": "adam", "lr": 0.03, "hidden": (64, 64, 64)},
        {"lr": 1.5, "hidden": (32,)},
        {"by": "rmsprop", "lr": 0.03},
        {"by": "adam", "lr": 0.05, "hidden": (256, 256)},
        {"lr": 0.7, "momentum": 0.5},
    ],
    "no number": [
        {"lr": 5.0, "act": "leaky_relu"},
        {"lr": 1.0, "decay": 5.0},
        {"lr": 20.0, "act": "leaky_relu", "batch": 64},
        {"lr": 100.0, "act": "gelu"},
        {"lr": 0.5, "decay": 4.5, "act": "tanh"},
        {"lr": 10.0, "act": "silu", "held": 0},
        {"lr": 3.0, "act": "leaky_relu", "hidden": (64, 64, 64)},
        {"lr": 50.0, "hidden": (64, 64, 64), "act": "gelu"},
        {"lr": 2.0, "momentum": 0.9, "act": "leaky_relu"},
        {"lr": 0.9, "decay": 2.5, "hidden": (32,), "batch": 128},
    ],
    "very few images": [
        {"by": "adam", "lr": 0.003, "limit": 230, "epochs": 150},
        {"by": "adam", "lr": 0.01, "limit": 220, "epochs": 100},
        {"by": "adam", "lr": 0.003, "limit": 215, "hidden": (256, 128), "epochs": 120},
        {"by": "rmsprop", "lr": 0.003, "limit": 240, "epochs": 120},
        {"by": "adam", "lr": 0.003, "limit": 225, "act": "tanh", "epochs": 200},
        {"by": "adamw", "lr": 0.01, "limit": 250, "act": "gelu", "batch": 16, "epochs": 100},
        {"by": "adam", "lr": 0.005, "limit": 260, "dropout": 0.1, "epochs": 120},
        {"lr": 0.1, "momentum": 0.5, "limit": 225, "epochs": 300},
        {"by": "adam", "lr": 0.002, "limit": 245, "act": "silu", "epochs": 150, "batch": 8},
    ],
    "large inputs": [
        {"by": "adam", "lr": 0.001, "std": 0.005},
        {"by": "adam", "lr": 0.0003, "std": 0.01, "act": "gelu"},
        {"by": "adam", "lr": 0.001, "std": 0.01, "act": "leaky_relu", "batch": 64},
        {"by": "adam", "lr": 0.0005, "mean": 0.0, "std": 0.005},
        {"lr": 0.0001, "std": 0.01, "hidden": ()},
        {"by": "adam", "lr": 0.001, "std": 0.004, "hidden": (32,)},
    ],
}

CASES = tuple(_cases(_GROUPS, _START))

_MNIST = RunConfig(
    data=DataConfig(name="mnist", validation=5_000),
    train=TrainConfig(device="cpu", threads=1),
)
_MNIST_GROUPS: dict[str, list[dict[str, Any]]] = {
    "mnist": [
        {"lr": 0.003},
        {"by": "adam", "lr": 0.001, "epochs": 4},
        {"lr": 0.1, "momentum": 0.5, "epochs": 4},
        {"lr": 2.0, "epochs": 2},
        {"by": "adam", "lr": 0.1, "epochs": 2},
        {"lr": 0.0001, "epochs": 2},
        {"by": "adam", "lr": 0.002, "limit": 6_500, "epochs": 40},
        {"lr": 0.1, "hidden": (), "epochs": 6},
        {"lr": 0.05, "batch": 4, "limit": 10_000, "epochs": 2},
        {"lr": 0.1, "hidden": (64,) * 6, "act": "sigmoid", "epochs": 5},
        {"by": "adam", "lr": 0.003, "limit": 5_300, "hidden": (256, 128), "epochs": 60},
        {"lr": 5.0, "act": "leaky_relu", "epochs": 1},
    ],
}
MNIST_CASES = tuple(_cases(_MNIST_GROUPS, _MNIST))
