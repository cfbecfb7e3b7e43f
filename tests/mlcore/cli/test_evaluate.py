from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mlcore.data import load_raw
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


def test_machines_get_intervals_areas_and_calibration(shell: Shell, trained: Path) -> None:
    told = shell(f"evaluate {trained.name} --json").records[0]
    low, high = told["accuracy_interval"]
    assert low < told["accuracy"] < high < low + 0.15
    areas = [entry["roc_auc"] for entry in told["per_class"]]
    assert sum(areas) / 10 > 0.6
    for entry in told["per_class"]:
        assert 0 < entry["average_precision"] <= 1
    assert list(told["calibration"]) == ["ece", "temperature", "ece_after"]
    assert told["calibration"]["temperature"] > 0


def test_a_run_that_held_out_nothing_has_no_temperature(shell: Shell, runs: Path) -> None:
    line = "train --data.name digits --data.train-limit 64 --data.validation 0 --model.hidden 4"
    assert shell(f"{line} --train.epochs 1 --train.device cpu --name bare --json").status == 0
    (run,) = runs.glob("20*")
    told = shell(f"evaluate {run} --json").records[0]["calibration"]
    assert told["ece"] > 0
    assert (told["temperature"], told["ece_after"]) == (None, None)


def test_a_file_and_its_run_give_the_same(shell: Shell, trained: Path) -> None:
    file = RunFolder(trained).last_checkpoint()
    assert shell(f"evaluate {file} --json").out == shell(f"evaluate {trained} --json").out


def test_people_read_tables(shell: Shell, trained: Path) -> None:
    out = shell(f"evaluate {trained.name}").out
    lines = out.splitlines()
    assert lines[0].endswith("on 360 test images of digits")
    assert re.fullmatch(
        r"accuracy \d+\.\d\d % \(95 % interval: \d+\.\d\d to \d+\.\d\d %\), loss \d\.\d{4}",
        lines[1],
    )
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
    assert "Assumed: Output" in answer.err


def foreign(file: Path, mean: float = 0.1307, std: float = 0.3081) -> Path:
    """A softmax regression trained on digits of this normalisation, as a bare state dict."""
    raw = load_raw("digits", file)
    images = torch.from_numpy(raw.train.images.copy()).reshape(-1, 784).float() / 255
    labels = torch.from_numpy(raw.train.labels.copy())
    torch.manual_seed(0)
    layer = torch.nn.Linear(784, 10)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(layer((images - mean) / std), labels).backward()
        optimizer.step()
    path = file / "weights.pt"
    torch.save({f"fc1.{name}": value for name, value in layer.state_dict().items()}, path)
    return path


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.5, 0.5), (0.1307, 0.3081)])
def test_the_normalisation_that_suits_a_file_best_is_found(
    shell: Shell, runs: Path, tmp_path: Path, mean: float, std: float
) -> None:
    file = foreign(tmp_path, mean, std)
    answer = shell(f"evaluate {file} --data.name digits --json")
    (told,) = answer.records
    assert (told["mean"], told["std"]) == (mean, std)
    assert [(one["mean"], one["std"]) for one in told["trials"]["tried"]] == [
        (0.0, 1.0), (0.5, 0.5), (0.1307, 0.3081),
    ]  # fmt: skip
    assert told["trials"]["best"]["accuracy"] == max(
        one["accuracy"] for one in told["trials"]["tried"]
    )
    given = shell(f"evaluate {file} --data.name digits --data.mean {mean} --data.std {std} --json")
    assert given.records[0]["accuracy"] == told["accuracy"]
    assert given.records[0]["trials"] is None
    out = shell(f"evaluate {file} --data.name digits").out
    assert "normalisations tried on 1,437 validation images" in out
    assert [line.split()[-1] for line in out.splitlines() if line.endswith("taken")] == ["taken"]


def test_a_normalisation_that_the_file_names_is_not_tried(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    state, file = torch.load(foreign(tmp_path)), tmp_path / "named.pt"
    torch.save({"model": state, "mean": 0.1307, "std": (0.3081,)}, file)
    answer = shell(f"evaluate {file} --data.name digits --json")
    (told,) = answer.records
    assert (told["mean"], told["std"], told["trials"]) == (0.1307, 0.3081, None)
    assert "Assumed: Normalisation: mean 0.1307, std 0.3081, as the file names them." in answer.err
    torch.save({"model": state, "mean": (0.1, 0.1, 0.1), "std": (0.3, 0.3, 0.3)}, file)
    answer = shell(f"evaluate {file} --data.name digits")
    assert "as the file names none that can be used" in answer.out
    assert "`mean` and `std` in the file are (0.1, 0.1, 0.1) and (0.3, 0.3, 0.3)" in answer.err


def test_what_a_person_says_of_a_file_is_not_assumed(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    names = "nil one two three four five six seven eight nine"
    answer = shell(
        f"evaluate {foreign(tmp_path)} --data.name digits --data.mean 0.1307 --data.std 0.3081 "
        f"--output logits --classes {names} --json"
    )
    assert [one["label"] for one in answer.records[0]["per_class"]] == names.split()
    assert [line for line in answer.err.splitlines() if "Layers" not in line] == [
        "mlcore: Assumed: Dropout while training: none."
    ]


def test_another_activation_is_another_figure(shell: Shell, runs: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(784, 9), torch.nn.Linear(9, 10))
    file = tmp_path / "two.pt"
    torch.save(net.state_dict(), file)
    flags = "--data.name digits --data.mean 0.5 --data.std 0.5 --json"
    relu = shell(f"evaluate {file} {flags}")
    tanh = shell(f"evaluate {file} {flags} --model.activation tanh")
    assert "Activation after the hidden layers: relu" in relu.err
    assert "Activation" not in tanh.err
    assert relu.records[0]["loss"] != tanh.records[0]["loss"]


def test_an_activation_that_is_not_here_has_to_be_said(
    shell: Shell, runs: Path, tmp_path: Path
) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(784, 9), torch.nn.ELU(), torch.nn.Linear(9, 10))
    file = tmp_path / "whole.pt"
    torch.save(net, file)
    for command in ("evaluate", "resume"):
        answer = shell(f"{command} {file} --data.name digits")
        assert (answer.status, answer.out) == (2, "")
        assert "has the activation ELU" in answer.err
        assert "state another one as `model.activation` (relu, " in answer.err
    answer = shell(f"evaluate {file} --data.name digits --model.activation relu")
    assert answer.status == 0
    assert "the figures are not the model's own" in answer.err


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--output sigmoid", "`--output` must be one of log_softmax, logits, softmax"),
        ("--classes a b", "2 names of classes were given, but Digits (bundled) has 10 classes"),
    ],
)
def test_what_cannot_be_said_of_a_file_is_refused(
    shell: Shell, runs: Path, tmp_path: Path, flags: str, sentence: str
) -> None:
    answer = shell(f"evaluate {foreign(tmp_path)} --data.name digits {flags}")
    assert answer.status == 2
    assert sentence in answer.err


def test_what_a_file_states_is_not_overruled(shell: Shell, trained: Path) -> None:
    answer = shell(f"evaluate {trained.name} --model.activation tanh")
    assert answer.status == 2
    assert "The file says that its activation is relu" in answer.err
    assert shell(f"evaluate {trained.name} --model.activation relu --json").status == 0


def test_the_beginning_of_several_runs_lists_them(shell: Shell, trained: Path) -> None:
    other = trained.with_name("20200101-000000-abcd")
    shutil.copytree(trained, other)
    answer = shell(f"evaluate {trained.name[:2]}")
    assert answer.status == 2
    assert f"2 runs in {trained.parent} begin with '20'" in answer.err
    assert f"{trained.name} or {other.name}" in answer.err


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
        (__file__, f"{__file__}: The file is text, a program"),
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
