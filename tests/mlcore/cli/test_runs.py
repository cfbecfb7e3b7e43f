from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.runs.record.worker import WorkerRecord, write_worker

Shell = Callable[..., Any]


def test_no_runs_yet_is_said_with_what_makes_one(shell: Shell, runs: Path) -> None:
    answer = shell("runs")
    assert answer.status == 0
    assert answer.out == f"There are no runs in {runs} yet: `mlcore train` makes one.\n"
    assert shell("runs --json").out == ""


@pytest.mark.parametrize("words", ["runs", "train --data.name digits", "queue"])
def test_a_file_in_place_of_the_runs_folder_is_a_sentence(
    shell: Shell, tmp_path: Path, words: str
) -> None:
    file = tmp_path / "runs.txt"
    file.write_text("")
    answer = shell(f"{words} --runs {file}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        f"mlcore: {file} is a file, and runs lie in a folder: give a folder with `--runs`.\n"
    )


def test_a_run_is_a_line(shell: Shell, trained: Path) -> None:
    header, line = shell("runs").out.splitlines()
    assert header.split() == [
        "id",
        "name",
        "state",
        "epoch",
        "loss",
        "best",
        "test",
        "time",
        "when",
    ]
    assert line.split()[:4] == [trained.name, "first", "finished", "2/2"]
    assert re.search(r"\d\d?\.\d\d % \(\d\d?\.\d\d to \d\d?\.\d\d %\)  +\d+ s  \d{4}-", line)


def test_a_run_is_a_json_object(shell: Shell, trained: Path) -> None:
    (record,) = shell("runs --json").records
    assert record["run"] == trained.name
    assert record["folder"] == str(trained)
    assert (record["state"], record["epoch"], record["step"]) == ("finished", 2, 6)
    low, high = record["test_accuracy_interval"]
    assert 0 <= low <= record["test_accuracy"] <= high <= 1
    assert record["settings"]["model"]["hidden"] == [16]


def test_a_damaged_run_is_named_and_harms_no_other(shell: Shell, trained: Path, runs: Path) -> None:
    (runs / "broken").mkdir()
    (runs / "broken" / "config.json").write_text("{")
    answer = shell("runs")
    assert answer.status == 0
    assert trained.name in answer.out
    assert str(runs / "broken" / "config.json") in answer.err


def test_a_run_that_broke_off_says_why_and_what_is_damaged(shell: Shell, trained: Path) -> None:
    log = trained / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-9])
    write_worker(trained, WorkerRecord(pid=0, identity="gone"))
    line = shell("runs").out.splitlines()[-1]
    assert line.startswith(f"{trained.name} lost: ")
    assert line.endswith("resume it from step 6.")
    sentence = "mlcore: 1 damaged line of events.jsonl was skipped"
    assert sentence in shell(f"replay {trained.name}").err
    assert sentence in shell(f"resume {trained.name} --train.epochs 3").err
    assert shell("runs").out.count("\n") == 2


def test_another_folder_is_listed(shell: Shell, trained: Path, tmp_path: Path) -> None:
    assert f"There are no runs in {tmp_path / 'x'}" in shell(f"runs --runs {tmp_path / 'x'}").out


def test_conditions_and_order_are_those_of_the_page(shell: Shell, trained: Path) -> None:
    assert trained.name in shell(["runs", "--where", "lr > 0.05 and hidden = 16"]).out
    assert "meets the condition" in shell(["runs", "--where", "lr < 0.05"]).out
    refused = shell(["runs", "--where", "lrr < 1"])
    assert refused.status == 2
    assert "at character 1: there is no column 'lrr'" in refused.err
    assert trained.name in shell("runs --sort best --descending").out
    assert "Runs cannot be sorted: there is no column 'x'" in shell("runs --sort x").err


def test_the_table_is_written_in_three_forms(shell: Shell, trained: Path, tmp_path: Path) -> None:
    header, line = shell("runs --format csv").out.splitlines()
    assert header.startswith("run,state,name,tag,epoch,best,")
    assert line.count(",") == header.count(",")
    assert "\\u000d" not in line
    assert f'"run": "{trained.name}"' in shell("runs --format json").out
    file = tmp_path / "runs.parquet"
    assert shell(f"runs --format parquet --output {file}").status == 0
    assert file.read_bytes()[:4] == b"PAR1"
    assert "runs.parquet is there already" in shell(f"runs --format csv --output {file}").err
    assert shell(f"runs --format csv --output {file} --force").status == 0
    assert file.read_bytes()[:4] == b"run,"
    assert "must be one of csv, json or parquet" in shell("runs --format xml").err
    assert "give one of them" in shell("runs --format csv --json").err
    assert "say with `--format`" in shell("runs --output x").err
    assert "`--output` names: name one" in shell("runs --format csv --force").err
    assert "cannot be written" in shell(f"runs --format csv --output {tmp_path / 'no' / 'x'}").err
