"""Runs are renamed, deleted and brought back from a shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.runs import RunFolder, RunStore, read_state

Shell = Callable[..., Any]


def test_a_run_gets_a_name(shell: Shell, trained: Path) -> None:
    answer = shell(["rename", trained.name, "wide one"])
    assert (answer.status, answer.out) == (0, f"run {trained.name} is called wide one\n")
    assert "wide one" in shell("runs").out
    (record,) = shell(["rename", trained.name, "", "--json"]).records
    assert record == {"run": trained.name, "name": "", "folder": str(trained)}


def test_a_run_is_deleted_and_brought_back(shell: Shell, trained: Path) -> None:
    answer = shell(f"delete {trained.name}")
    assert answer.status == 0
    assert answer.out == (
        f"run {trained.name} is in the trash; `mlcore restore {trained.name}` restores it\n"
    )
    assert trained.name not in shell("runs").out
    assert trained.name in shell("runs --deleted").out
    assert shell("restore").out == f"run {trained.name} is back\n"
    assert trained.name in shell("runs").out
    shell(f"delete {trained.name}")
    assert shell("restore --empty").out == "1 run deleted for good\n"
    assert shell(f"restore {trained.name}").status == 2


def test_a_run_that_trains_is_stopped_first_when_that_is_asked_for(
    shell: Shell, runs: Path, training: Callable[..., RunFolder]
) -> None:
    folder = training(RunStore(runs))
    answer = shell(f"delete {folder.id}")
    assert answer.status == 2
    assert answer.err == (
        f"mlcore: Run {folder.id} is running: `mlcore delete {folder.id} --stop` stops it first.\n"
    )
    assert shell(f"delete {folder.id} --stop").status == 0
    assert RunStore(runs).list() == []
    assert read_state(RunStore(runs / ".trash").get(folder.id)) == "stopped"


def test_several_runs_are_deleted_or_none(
    shell: Shell, runs: Path, trained: Path, training: Callable[..., RunFolder]
) -> None:
    busy = training(RunStore(runs))
    for words in (f"{trained.name} {busy.id}", f"{trained.name} 1999"):
        assert shell(f"delete {words}").status == 2
        assert {info.id for info in RunStore(runs).list()} == {trained.name, busy.id}
    answer = shell(f"delete {trained.name} {busy.id} {trained.name} --stop --json")
    assert answer.status == 0
    assert [record["run"] for record in answer.records] == [trained.name, busy.id]
    assert RunStore(runs).list() == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("rename", "`mlcore rename` needs a run"),
        ("rename RUN", "`mlcore rename` needs a name after the run"),
        ("delete", "`mlcore delete` needs a run"),
        ("delete 1999", "There is no run '1999'"),
        ("restore", "No run of"),
        ("restore RUN --empty", "`--empty` takes no run"),
    ],
)
def test_what_is_missing_is_told(shell: Shell, trained: Path, words: str, sentence: str) -> None:
    answer = shell(words.replace("RUN", trained.name))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")
