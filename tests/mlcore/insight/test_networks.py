"""A model's answers to images, and the same from its plain numbers, without torch."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from mlcore.checkpoint import Checkpoint, build_model, load, save_weights
from mlcore.config.model import Activation, ModelConfig
from mlcore.errors import CheckpointError
from mlcore.insight import plain_network as module
from mlcore.insight.plain_network import plain_network
from mlcore.insight.prediction import predict
from mlcore.model import MLP

FUNCTIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "gelu": lambda x: torch.nn.functional.gelu(torch.from_numpy(x)).numpy(),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


def made(tmp_path, config: ModelConfig, outputs: int = 10) -> Checkpoint:
    """A checkpoint of random weights, with batch statistics of real batches."""
    torch.manual_seed(0)
    model = MLP(config, outputs=outputs)
    for _ in range(3):
        model(torch.rand(64, 784) * 2 - 1)
    save_weights(tmp_path / "model.pt", model.state_dict())
    found = load(tmp_path / "model.pt").assuming(
        {"activation": config.activation, "mean": 0.1307, "std": 0.3081}
    )
    return replace(found, doubt=None)


def answers(network, images):
    """The forward pass in NumPy."""
    hidden = ((images.reshape(len(images), -1) / 255) - network.mean) / network.std
    place = 0
    for number, (before, after) in enumerate(
        zip(network.widths, network.widths[1:], strict=False), 1
    ):
        weight = network.numbers[place : place + before * after].reshape(after, before)
        bias = network.numbers[place + before * after :][:after]
        place += before * after + after
        hidden = hidden @ weight.T.astype(float) + bias
        if number < len(network.widths) - 1:
            hidden = FUNCTIONS[network.activation](hidden)
    assert place == len(network.numbers)
    chances = np.exp(hidden - hidden.max(1, keepdims=True))
    return chances / chances.sum(1, keepdims=True)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", get_args(Activation))
def test_plain_numbers_give_the_models_probabilities(tmp_path, activation, batch_norm):
    config = ModelConfig(hidden=(30, 20), activation=activation, batch_norm=batch_norm)
    found = made(tmp_path, config)
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    network = plain_network(found)
    assert network
    chances = predict(found, images)
    assert np.allclose(chances.sum(1), 1)
    assert np.abs(answers(network, images) - chances).max() < 1e-5


def test_predictions_are_the_models_own(tmp_path):
    found = made(tmp_path, ModelConfig(hidden=()), outputs=26)
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    pixels = (torch.from_numpy(images).reshape(5, -1) / 255 - 0.1307) / 0.3081
    wanted = build_model(found).eval()(pixels).exp().detach().numpy()
    assert np.allclose(predict(found, images), wanted, atol=1e-5)


def test_a_large_model_is_not_sent(tmp_path, monkeypatch):
    found = made(tmp_path, ModelConfig(hidden=(30,)))
    monkeypatch.setattr(module, "MOST_NUMBERS", 784 * 30 + 30 + 300 + 10)
    assert plain_network(found)
    monkeypatch.setattr(module, "MOST_NUMBERS", 784 * 30 + 30 + 300 + 9)
    assert plain_network(found) is None


def test_answers_that_are_no_numbers_are_a_sentence(tmp_path):
    found = made(tmp_path, ModelConfig(hidden=(30,)))
    for weight in found.model.values():
        weight.fill_(1e38)
    with pytest.raises(CheckpointError, match="answers with NaN or infinity"):
        predict(found, np.full((1, 28, 28), 255, np.uint8))
