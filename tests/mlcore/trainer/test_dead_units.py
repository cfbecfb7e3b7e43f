"""Counting dead units: as the insight counts them, and without a trace in the training."""

from __future__ import annotations

import pytest
import torch

from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data.tensors import Dataset
from mlcore.events import EpochDone
from mlcore.insight.weights import dead_units
from mlcore.model import build
from mlcore.trainer import load_data, train
from mlcore.trainer.dead_units import IMAGES, is_due, share_of_dead_units

DATA = DataConfig(name="digits", batch_size=64, validation=200)


def config(**model: object) -> RunConfig:
    return RunConfig(
        data=DATA,
        model=ModelConfig(**model),  # type: ignore[arg-type]
        optim=OptimConfig(lr=0.1),
        train=TrainConfig(epochs=5, device="cpu", threads=1),
    )


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load_data(config())


@pytest.mark.parametrize("norm", [False, True])
def test_the_share_is_that_of_the_worst_layer_as_the_insight_counts_it(
    data: Dataset, norm: bool
) -> None:
    model = build(config(hidden=(32, 16), batch_norm=norm, dropout=0.5), 10)
    with torch.no_grad():
        model.linears[1].bias[:12] = -100.0
        if norm:
            model.norms[1].bias[:12] = -100.0
    assert data.validation is not None
    layers = dead_units(model, data.validation.images[:IMAGES], data)
    share = share_of_dead_units(model, data)
    assert share == pytest.approx(max(layer.share for layer in layers))
    assert share is not None
    assert share >= 0.75
    assert model.training


@pytest.mark.parametrize("model", [{"activation": "tanh"}, {"hidden": ()}])
def test_only_relu_has_units_that_are_quite_dead(data: Dataset, model: dict[str, object]) -> None:
    assert share_of_dead_units(build(config(**model), 10), data) is None


def test_counting_draws_no_random_numbers(data: Dataset) -> None:
    model = build(config(dropout=0.5), 10)
    before = torch.get_rng_state()
    share_of_dead_units(model, data)
    assert torch.equal(before, torch.get_rng_state())


def test_they_are_counted_after_epochs_1_2_4_and_so_on() -> None:
    assert [epoch for epoch in range(1, 40) if is_due(epoch)] == [1, 2, 4, 8, 16, 32]
    epochs = [event for event in train(config()) if isinstance(event, EpochDone)]
    assert [epoch.dead_units is not None for epoch in epochs] == [True, True, False, True, False]
