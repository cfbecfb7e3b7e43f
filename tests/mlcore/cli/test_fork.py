"""`mlcore fork`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlcore.runs import History, RunFolder, RunStore
from mlcore.runs.library.label import read_label

Shell = Callable[..., Any]


def history_of(path: str | Path) -> History:
    history = History(RunFolder(Path(path)))
    history.refresh()
    return history


def test_a_fork_goes_on_from_an_epoch(shell: Shell, trained: Path) -> None:
    answer = shell(f"fork {trained.name} --epoch 1 --name again --json")
    assert answer.status == 0, answer.err
    fork, parent = history_of(answer.records[-1]["folder"]), history_of(trained)
    begin = parent.epochs[0].step
    assert read_label(fork.folder).name == "again"
    assert np.array_equal(fork.steps[begin:], parent.steps[begin:])
    assert [epoch.epoch for epoch in fork.epochs] == [2]
    assert history_of(trained).step == parent.step


def test_without_a_place_it_goes_on_from_the_last_checkpoint(shell: Shell, trained: Path) -> None:
    refused = shell(f"fork {trained.name}")
    assert refused.status == 2
    assert "has done all its epochs" in refused.err
    answer = shell(f"fork {trained.name} --train.epochs 3 --optim.lr 0.01 --json")
    assert answer.status == 0, answer.err
    fork = history_of(answer.records[-1]["folder"])
    assert dict(fork.edits[0].changes) == {"optim.lr": 0.01, "train.epochs": 3}


def test_the_same_initial_weights(shell: Shell, trained: Path) -> None:
    answer = shell(f"fork {trained.name} --initial --optim.lr 0.01 --json")
    assert answer.status == 0, answer.err
    fork = history_of(answer.records[-1]["folder"])
    assert fork.steps[0] == history_of(trained).steps[0]
    assert fork.folder.meta["parent"] == {"run": trained.name, "checkpoint": None}


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("--epoch 1 --step 4", "`--epoch`, `--step` and `--initial` exclude each other"),
        ("--epoch one", "`--epoch` must be a whole number, 0 or more, but got 'one'"),
        ("--epoch 9", "keeps no checkpoint of the end of epoch 9: there is 1 and 2"),
        ("--initial --model.hidden 4", "`model.hidden` decides on the initial weights"),
        ("--epoch 1 --train.epochs 1", "more than 1, but got 1"),
    ],
)
def test_what_cannot_be_is_one_sentence(shell: Shell, trained: Path, flags: str, says: str) -> None:
    answer = shell(f"fork {trained.name} {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert len(RunStore(trained.parent).list()) == 1


def test_it_needs_a_run(shell: Shell, runs: Path) -> None:
    answer = shell("fork")
    assert answer.status == 2
    assert "`mlcore fork` needs a run" in answer.err


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("--model.hidden 5", "The checkpoint has hidden layers [16], batch norm False, but"),
        ("--data.name emnist_letters", "The model has 10 classes, but EMNIST letters has 26"),
    ],
)
def test_a_fork_that_its_checkpoint_cannot_begin_leaves_no_run(
    shell: Shell, trained: Path, runs: Path, flags: str, says: str
) -> None:
    answer = shell(f"fork {trained.name} --train.epochs 9 {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {says}")
    assert [info.id for info in RunStore(runs).list()] == [trained.name]
