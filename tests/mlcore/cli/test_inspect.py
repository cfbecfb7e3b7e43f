from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mlcore.checkpoint import inspect
from mlcore.runs import RunFolder

Shell = Callable[..., Any]


def test_machines_read_what_inspect_returns(shell: Shell, trained: Path) -> None:
    file = RunFolder(trained).last_checkpoint()
    assert file is not None
    answer = shell(f"inspect {file} --json")
    assert answer.status == 0
    assert answer.records == [{"file": str(file), **inspect(file)}]


def test_people_read_form_model_and_tensors(shell: Shell, trained: Path) -> None:
    out = shell(f"inspect {trained.name}").out
    assert "full checkpoint" in out
    assert "784 → 16 → 10, relu; 12,730 parameters" in out
    assert "epoch 2, step 6" in out
    assert [line.split()[0] for line in out.splitlines() if line.startswith("fc")] == [
        "fc1.weight",
        "fc1.bias",
        "fc2.weight",
        "fc2.bias",
    ]


def test_what_is_missing_and_assumed_is_said(shell: Shell, runs: Path, tmp_path: Path) -> None:
    layer = torch.nn.Linear(784, 10)
    file = tmp_path / "weights.pt"
    torch.save({f"fc1.{name}": value for name, value in layer.state_dict().items()}, file)
    out = shell(f"inspect {file}").out
    assert "It holds no optimizer state: a new training can start from its weights" in out
    assert "Assumed: Normalisation of the images" in out


@pytest.mark.parametrize("words", ["", "nowhere.pt", __file__])
def test_what_cannot_be_read_gets_a_sentence(shell: Shell, runs: Path, words: str) -> None:
    answer = shell(f"inspect {words}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("mlcore: ")
    assert answer.err.count("\n") == 1
