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


def test_a_full_checkpoint_is_told_whole(tmp_path: Path) -> None:
    before = snapshot()
    save(tmp_path / "full.pt", before, DATA)
    told = inspect(tmp_path / "full.pt")
    assert sorted(told) == sorted(KEYS.split())
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["architecture"] == "784 → 4 → 3 → 10, relu"
    assert told["parameters"] == 784 * 4 + 4 + 4 * 3 + 3 + 3 * 10 + 10
    assert told["settings"] == before["config"]
    assert told["optimizer"] == "adam"
    assert told["resumable"]
    assert told["exact"]
    assert told["missing"] == []
    data = (tmp_path / "full.pt").read_bytes()
    assert (told["size"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_tensors_are_told_with_range_and_norm(tmp_path: Path) -> None:
    state = {name: tensor.half() for name, tensor in weights(700, 3).items()}
    (tmp_path / "a.pt").write_bytes(saved(state))
    for told, (name, tensor) in zip(
        inspect(tmp_path / "a.pt")["tensors"], state.items(), strict=True
    ):
        assert (told["name"], told["shape"]) == (name, list(tensor.shape))
        assert told["dtype"] == "float16"
        assert told["min"] == tensor.min().item()
        assert told["max"] == tensor.max().item()
        assert told["norm"] == pytest.approx(tensor.double().norm().item(), rel=1e-12)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(saved(weights()))
    told = inspect(tmp_path / "weights.pt")
    assert told["missing"][0] == "It cannot be resumed: it holds no optimizer state."
    assert "relu (assumed)" in told["architecture"]
    assert not told["resumable"]
    assert told["assumed"]
    (tmp_path / "tutorial.pt").write_bytes(saved(tutorial()))
    told = inspect(tmp_path / "tutorial.pt")
    assert told["resumable"]
    assert not told["exact"]
    assert told["optimizer"] == "sgd"
    assert told["epoch"] == 5


def test_the_largest_numbers_have_a_finite_norm(tmp_path: Path) -> None:
    state = weights()
    state["fc1.weight"] = torch.full((4, 784), 3e38)
    (tmp_path / "a.pt").write_bytes(saved(state))
    assert math.isfinite(inspect(tmp_path / "a.pt")["tensors"][0]["norm"])


def test_a_refused_file_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"text")
    with pytest.raises(CheckpointError):
        inspect(tmp_path / "a.pt")
