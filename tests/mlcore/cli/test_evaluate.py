from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mlcore.runs import RunFolder

Shell = Callable[..., Any]


def test_a_run_is_tested_as_it_was_at_its_end(shell: Shell, trained: Path) -> None:
    answer = shell(f"evaluate {trained.name} --json")
    assert (answer.status, answer.err) == (0, "")
    (told,) = answer.records
    lines = (trained / "events.jsonl").read_text().splitlines()
    end = next(r for r in map(json.loads, lines) if r["event"] == "finished")
    assert told["accuracy"] == end["test_accuracy"]
    assert told["loss"] == end["test_loss"]
    assert sum(map(sum, told["confusion"])) == told["images"] == 360
    assert [entry["label"] for entry in told["per_class"]] == list("0123456789")


def test_a_file_and_its_run_give_the_same(shell: Shell, trained: Path) -> None:
    file = RunFolder(trained).last_checkpoint()
    assert shell(f"evaluate {file} --json").out == shell(f"evaluate {trained} --json").out


def test_people_read_tables(shell: Shell, trained: Path) -> None:
    out = shell(f"evaluate {trained.name}").out
    lines = out.splitlines()
    assert lines[0].endswith("on 360 test images of digits")
    assert lines[1].startswith("accuracy ")
    assert lines[3].split() == ["class", "precision", "recall", "F1", "images"]
    matrix = lines[lines.index("confusion matrix (rows true, columns predicted)") + 1 :]
    assert matrix[0].split() == list("0123456789")
    assert len({len(line) for line in matrix}) == 1
    assert sum(int(count) for line in matrix[1:] for count in line.split()[1:]) == 360


def test_another_normalisation_is_another_figure(shell: Shell, trained: Path) -> None:
    plain = shell(f"evaluate {trained.name} --json").records[0]
    other = shell(f"evaluate {trained.name} --json --data.mean 0 --data.std 1").records[0]
    assert other["loss"] != plain["loss"]


def test_another_data_set_is_said_aloud(
    shell: Shell, trained: Path, tiny_idx_root: Callable[..., Path]
) -> None:
    answer = shell(
        f"evaluate {trained.name} --data.name mnist --data.root {tiny_idx_root()} --json"
    )
    assert answer.status == 0
    assert answer.records[0]["images"] == 50
    assert "trained on Digits (bundled), but is tested on MNIST" in answer.err


def test_what_a_bare_state_dict_leaves_open_is_said(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    layer = torch.nn.Linear(784, 10)
    file = tmp_path / "weights.pt"
    torch.save({f"fc1.{name}": value for name, value in layer.state_dict().items()}, file)
    answer = shell(f"evaluate {file} --data.name digits --json")
    assert answer.status == 0
    assert "Assumed: Normalisation" in answer.err


def test_a_data_set_with_other_classes_is_refused(shell: Shell, runs: Path, tmp_path: Path) -> None:
    layer = torch.nn.Linear(784, 7)
    file = tmp_path / "seven.pt"
    torch.save({f"fc1.{name}": value for name, value in layer.state_dict().items()}, file)
    answer = shell(f"evaluate {file} --data.name digits")
    assert (answer.status, answer.out) == (2, "")
    assert "The model has 7 classes" in answer.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "`mlcore evaluate` needs a checkpoint file or a run"),
        ("nowhere.pt", "'nowhere.pt' is neither a checkpoint file nor a run"),
        (__file__, "The file is text, no checkpoint"),
    ],
)
def test_what_cannot_be_tested_gets_a_sentence(
    shell: Shell, runs: Path, words: str, sentence: str
) -> None:
    answer = shell(f"evaluate {words}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")


def test_a_run_without_a_checkpoint_says_so(shell: Shell, trained: Path) -> None:
    for file in (trained / "checkpoints").iterdir():
        file.unlink()
    answer = shell(f"evaluate {trained.name}")
    assert answer.status == 2
    assert "has written no checkpoint yet" in answer.err
