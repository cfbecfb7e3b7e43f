"""Training with the suggestion: it does not diverge, and after an epoch is no worse than without.

Judged on validation loss. On the digits three seeds are trained: the suggestion's mean may be above
the default's by two standard errors of their difference, as much as chance makes of it, or by 5 %,
where the seeds happen to lie close together. On MNIST it is one seed, and 5 %; with RMSprop, the
most restless, 15 %, as the default's losses lie 27 % apart from seed to seed.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import Dataset, load
from mlcore.device import restored_threads
from mlcore.evaluation import loss_and_accuracy
from mlcore.events import EpochDone
from mlcore.lr_finder import suggest
from mlcore.lr_finder.finding import find
from mlcore.trainer import Trainer

OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad")
DIGITS = {"data.name": "digits", "data.batch_size": 32, "data.validation": 200}


def after_an_epoch(config: RunConfig, data: Dataset) -> float:
    """The validation loss; a run that diverges raises."""
    (done,) = (event for event in Trainer(config, data).events() if isinstance(event, EpochDone))
    assert done.validation_loss is not None
    return done.validation_loss


def both(settings: dict[str, Any], seeds: range) -> tuple[list[float], list[float]]:
    """Validation losses with the default rate and with the suggested one, seed by seed."""
    default, suggested = [], []
    for seed in seeds:
        config = RunConfig.from_flat(settings | {"train.seed": seed, "train.epochs": 1})
        data = load(config.data, seed)
        *_, test = find(config, data)
        rate = suggest(test, config.optim).lr
        assert rate is not None
        default.append(after_an_epoch(config, data))
        suggested.append(after_an_epoch(config.with_values({"optim.lr": rate}), data))
    return default, suggested


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small networks gain nothing from more, and share busy cores badly."""
    with restored_threads():
        torch.set_num_threads(1)
        yield


NETS = [((128, 64), "nll"), ((128, 64), "cross_entropy"), ((), "nll"), ((512, 256), "nll")]


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "loss"), NETS, ids=str)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_on_the_bundled_digits(name: str, hidden: tuple[int, ...], loss: str) -> None:
    settings = {"optim.name": name, "train.loss": loss, "model.hidden": hidden}
    default, suggested = both(DIGITS | settings, range(3))
    variance = statistics.variance(default) + statistics.variance(suggested)
    mean = statistics.mean(default)
    tolerance = max(2 * math.sqrt(variance / len(default)), 0.05 * mean)
    assert statistics.mean(suggested) <= mean + tolerance


def on_test_images(config: RunConfig, data: Dataset) -> float:
    """The loss after an epoch on images that no finder has seen."""
    trainer = Trainer(config, data)
    assert [event for event in trainer.events() if isinstance(event, EpochDone)]
    return loss_and_accuracy(trainer.model, data.test, data)[0]


OTHERS: dict[str, dict[str, Any]] = {
    "sgd, batches of 16": {"data.batch_size": 16},
    "sgd, tanh, batches of 16": {"data.batch_size": 16, "model.activation": "tanh"},
    "sgd, gelu, momentum": {"model.activation": "gelu", "optim.momentum": 0.9},
    "sgd, batch norm": {"model.batch_norm": True},
    "adam, batch norm": {
        "optim.name": "adam",
        "model.batch_norm": True,
        "data.batch_size": 64,
    },
    "adam, tanh": {"optim.name": "adam", "model.activation": "tanh"},
    "rmsprop, batches of 16": {"optim.name": "rmsprop", "data.batch_size": 16},
    "rmsprop, batches of 64": {"optim.name": "rmsprop", "data.batch_size": 64},
    "rmsprop, batch norm": {
        "optim.name": "rmsprop",
        "model.batch_norm": True,
        "data.batch_size": 64,
    },
    "adagrad, batches of 256": {"optim.name": "adagrad", "data.batch_size": 256},
    "adagrad, batch norm": {"optim.name": "adagrad", "model.batch_norm": True},
    "adagrad, batch norm, batches of 256": {
        "optim.name": "adagrad",
        "model.batch_norm": True,
        "data.batch_size": 256,
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("validation", [200, 0])
@pytest.mark.parametrize("name", OTHERS)
def test_with_other_batches_batch_norm_and_activations(name: str, validation: int) -> None:
    default, suggested = [], []
    for seed in range(3):
        settings = DIGITS | OTHERS[name] | {"data.validation": validation, "train.seed": seed}
        config = RunConfig.from_flat(settings | {"train.epochs": 1, "train.device": "cpu"})
        data = load(config.data, seed)
        *_, test = find(config, data)
        rate = suggest(test, config.optim).lr
        default.append(on_test_images(config, data))
        chosen = config if rate is None else config.with_values({"optim.lr": rate})
        suggested.append(on_test_images(chosen, data))
    assert statistics.mean(suggested) <= 1.05 * statistics.mean(default)
    assert all(loss <= 1.2 * usual for loss, usual in zip(suggested, default, strict=True))


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize(
    ("name", "hidden"), [*((name, (128, 64)) for name in OPTIMIZERS), ("adam", ()), ("adamw", ())]
)
def test_on_mnist(name: str, hidden: tuple[int, ...], mnist_root: Path) -> None:
    settings = {"optim.name": name, "model.hidden": hidden, "data.validation": 5_000}
    (default,), (suggested,) = both(settings | {"data.root": str(mnist_root)}, range(1))
    assert suggested <= (1.15 if name == "rmsprop" else 1.05) * default
