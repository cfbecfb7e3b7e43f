"""What the inspector says about a file."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest
import torch
from checkpoint_corpus.good import DATA, saved, snapshot, tutorial, weights

from mlcore.checkpoint import inspect, save
from mlcore.errors import CheckpointError

KEYS = (
    "form form_words container size sha256 architecture inputs hidden activation batch_norm "
    "dropout outputs parameters tensors epoch step loss optimizer settings data versions suggested "
    "resumable exact missing assumed warnings"
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


def test_the_largest_numbers_have_a_finite_norm(tmp_path: Path) -> None:
    state = weights()
    state["fc1.weight"] = torch.full((4, 784), 3e38)
    (tmp_path / "a.pt").write_bytes(saved(state))
    assert math.isfinite(inspect(tmp_path / "a.pt")["tensors"][0]["norm"])


def test_a_refused_file_is_not_described(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"text")
    with pytest.raises(CheckpointError):
        inspect(tmp_path / "a.pt")
