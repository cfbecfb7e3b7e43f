"""What the inspector says about a file."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest
import torch
from checkpoint_corpus.good import DATA, mlp, saved, snapshot, tutorial, weights
from torch import nn

from mlcore.checkpoint import inspect, save
from mlcore.errors import CheckpointError

KEYS = (
    "form form_words container size sha256 architecture inputs hidden activation "
    "activation_known doubt batch_norm dropout outputs parameters tensors epoch step loss "
    "optimizer normalisation_named settings data versions suggested resumable exact "
    "missing assumed warnings"
)


def test_a_full_checkpoint_is_described_whole(tmp_path: Path) -> None:
    before = snapshot()
    save(tmp_path / "full.pt", before, DATA)
    found = inspect(tmp_path / "full.pt")
    assert sorted(found) == sorted(KEYS.split())
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["architecture"] == "784 → 4 → 3 → 10, relu"
    assert found["parameters"] == 784 * 4 + 4 + 4 * 3 + 3 + 3 * 10 + 10
    assert found["settings"] == before["config"]
    assert found["optimizer"] == "adam"
    assert found["resumable"]
    assert found["exact"]
    assert found["missing"] == []
    data = (tmp_path / "full.pt").read_bytes()
    assert (found["size"], found["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_tensors_come_with_range_and_norm(tmp_path: Path) -> None:
    state = {name: tensor.half() for name, tensor in weights(700, 3).items()}
    (tmp_path / "a.pt").write_bytes(saved(state))
    for found, (name, tensor) in zip(
        inspect(tmp_path / "a.pt")["tensors"], state.items(), strict=True
    ):
        assert (found["name"], found["shape"]) == (name, list(tensor.shape))
        assert found["dtype"] == "float16"
        assert found["min"] == tensor.min().item()
        assert found["max"] == tensor.max().item()
        assert found["norm"] == pytest.approx(tensor.double().norm().item(), rel=1e-12)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(saved(weights()))
    found = inspect(tmp_path / "weights.pt")
    assert str(found["missing"][0]) == (
        "It holds no optimizer state: a new training can start from its weights, with a new "
        "optimizer."
    )
    assert "relu (assumed)" in found["architecture"]
    assert not found["resumable"]
    assert found["assumed"]
    (tmp_path / "tutorial.pt").write_bytes(saved(tutorial()))
    found = inspect(tmp_path / "tutorial.pt")
    assert found["resumable"]
    assert not found["exact"]
    assert found["optimizer"] == "sgd"
    assert found["epoch"] == 5


def whole() -> nn.Sequential:
    return nn.Sequential(nn.Linear(784, 4), nn.Tanh(), nn.Linear(4, 10))


ADAM = torch.optim.Adam(mlp(4, 3).parameters()).state_dict()
ODD = torch.optim.Adam([torch.zeros(3, requires_grad=True)]).state_dict()
FORMS = {
    "state dict alone": [weights],
    "model state dict, no optimizer state": [
        lambda: {"state": weights()},
        lambda: {"model_weights": weights()},
        lambda: {"net": weights(), "epoch": 3},
        lambda: {"epoch": 3, "loss": 0.2, **weights()},
        lambda: {"model": weights(), "optimizer": "adam"},
        lambda: {"state_dict": weights(), "pytorch-lightning_version": "2"},
        lambda: {"model": weights(), "ema": weights()},
    ],
    "model and optimizer state dicts": [
        tutorial,
        lambda: {"model": weights(), "optim": ADAM},
        lambda: {"model": weights(), "optim": ODD},
        lambda: {"state_dict": weights(), "optimizer_states": [ADAM]},
    ],
    "whole pickled model, no optimizer state": [whole, lambda: {"model": whole(), "epoch": 3}],
    "whole pickled model, and optimizer state dict": [
        lambda: {"model": whole(), "optimizer": torch.optim.Adam(whole().parameters())}
    ],
}


@pytest.mark.parametrize("words", FORMS)
def test_the_form_says_what_is_there(tmp_path: Path, words: str) -> None:
    for tree in FORMS[words]:
        (tmp_path / "a.pt").write_bytes(saved(tree()))
        assert inspect(tmp_path / "a.pt")["form_words"] == words


def test_an_activation_that_modules_say_is_not_assumed(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(saved(whole()))
    assert inspect(tmp_path / "a.pt")["architecture"] == "784 → 4 → 10, tanh"
    (tmp_path / "a.pt").write_bytes(saved(whole().state_dict()))
    assert inspect(tmp_path / "a.pt")["architecture"] == "784 → 4 → 10, relu (assumed)"


def test_the_largest_numbers_have_a_finite_norm(tmp_path: Path) -> None:
    state = weights()
    state["fc1.weight"] = torch.full((4, 784), 3e38)
    (tmp_path / "a.pt").write_bytes(saved(state))
    assert math.isfinite(inspect(tmp_path / "a.pt")["tensors"][0]["norm"])


def test_a_refused_file_is_not_described(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"text")
    with pytest.raises(CheckpointError):
        inspect(tmp_path / "a.pt")
