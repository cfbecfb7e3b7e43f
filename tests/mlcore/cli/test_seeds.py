"""`mlcore train --seeds`, and the groups in `mlcore runs`."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.runs import RunStore

Shell = Callable[..., Any]


@pytest.fixture
def experiment(shell: Shell, runs: Path, quick: str) -> str:
    """Id of an experiment of three runs."""
    answer = shell(f"train {quick} --seeds 3 --train.seed 7 --name mine --json")
    assert answer.status == 0
    return str(answer.records[-1]["experiment"])


def test_one_experiment_is_several_runs_that_differ_in_the_seed(
    shell: Shell, runs: Path, experiment: str
) -> None:
    infos = RunStore(runs).list()[::-1]
    assert [info.config.train.seed for info in infos] == [7, 8, 9]
    assert {info.config.with_values({"train.seed": 0}) for info in infos} == {
        infos[0].config.with_values({"train.seed": 0})
    }
    assert {info.experiment for info in infos} == {experiment}
    assert {info.name for info in infos} == {"mine"}
    assert {info.state for info in infos} == {"finished"}


def test_machines_get_mean_sd_and_n(shell: Shell, runs: Path, quick: str) -> None:
    records = shell(f"train {quick} --seeds 2 --json").records
    assert [one["event"] for one in records].count("finished") == 2
    told, accuracies = records[-1], [r["test_accuracy"] for r in records if "test_accuracy" in r]
    assert told["event"] == "experiment"
    assert told["seeds"] == [0, 1]
    assert told["runs"] == [r["run"] for r in records if r["event"] == "finished"]
    assert told["test_accuracy"] == {
        "mean": pytest.approx(statistics.mean(accuracies[:2])),
        "sd": pytest.approx(statistics.stdev(accuracies[:2])),
        "n": 2,
    }


def test_people_read_one_summary_at_the_end(shell: Shell, runs: Path, quick: str) -> None:
    lines = shell(f"train {quick} --seeds 2").out.splitlines()
    assert lines[0] == "seed 0 (1 of 2)"
    assert "seed 1 (2 of 2)" in lines
    assert lines[-4].startswith("experiment x")
    assert lines[-4].endswith("2 of 2 runs finished")
    assert lines[-3].startswith("validation accuracy ")
    assert lines[-2].endswith("% (mean ± sd, n = 2)")
    assert " ± " in lines[-1]


def test_a_run_with_one_seed_is_as_any_other(shell: Shell, runs: Path, quick: str) -> None:
    shell(f"train {quick} --json")
    assert RunStore(runs).list()[0].experiment is None


def test_an_experiment_ends_where_a_run_cannot_be_trained(shell: Shell, runs: Path) -> None:
    answer = shell("train --data.name digits --seeds 3 --data.validation 100000 --json")
    assert answer.status == 2
    assert not RunStore(runs).list()


@pytest.mark.parametrize("words", ["0", "21", "x"])
def test_other_numbers_of_seeds_are_refused(shell: Shell, runs: Path, words: str) -> None:
    answer = shell(f"train --data.name digits --seeds {words}")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: `--seeds` must be a whole number from 1 to 20, but got")


def test_groups_are_rows_with_mean_and_sd(
    shell: Shell, runs: Path, quick: str, experiment: str
) -> None:
    shell(f"train {quick} --train.seed 30 --name mine --json")
    told = {line.split()[0]: line for line in shell("runs --groups").out.splitlines()}
    assert told[experiment].split()[1:4] == ["mine", "3/3", "7-9"]
    assert told[experiment].count(" ± ") == 3
    assert shell("runs --groups").out.count(" ± ") == 3  # the run that is alone has none
    records = {record["experiment"]: record for record in shell("runs --groups --json").records}
    assert records[experiment]["seeds"] == [7, 8, 9]
    assert records[experiment]["test_accuracy"]["n"] == 3
    assert records[None]["seeds"] == [30]


def test_a_group_is_opened(shell: Shell, runs: Path, quick: str, experiment: str) -> None:
    shell(f"train {quick} --train.seed 30 --json")
    records = shell(f"runs --group {experiment} --json").records
    assert {record["settings"]["train"]["seed"] for record in records} == {7, 8, 9}
    assert {record["experiment"] for record in records} == {experiment}
    answer = shell("runs --group x0")
    assert (answer.status, answer.out) == (2, "")
    assert "There is no group 'x0': `mlcore runs --groups` lists them." in answer.err


def test_groups_are_written_for_other_programs(
    shell: Shell, experiment: str, tmp_path: Path
) -> None:
    (row,) = csv.DictReader(io.StringIO(shell("runs --groups --format csv").out))
    (record,) = json.loads(shell("runs --groups --format json").out)
    assert record["experiment"] == row["group"] == experiment
    assert (row["name"], row["runs"], row["finished"], row["seeds"]) == ("mine", "3", "3", "7 8 9")
    assert float(row["test_accuracy_mean"]) == record["test_accuracy"]["mean"]
    assert float(row["loss_sd"]) == record["loss"]["sd"]
    assert record["settings"]["optim"]["lr"] == float(row["optim.lr"]) == 0.1
    file = tmp_path / "groups.csv"
    assert shell(f"runs --groups --format csv --output {file}").out == f"{file} (1 group)\n"


def test_groups_are_written_as_parquet(shell: Shell, experiment: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    (record,) = json.loads(shell("runs --groups --format json").out)
    assert shell(f"runs --groups --format parquet --output {tmp_path}").status == 0
    (row,) = parquet.read_table(tmp_path / "runs.parquet").to_pylist()
    assert (row["group"], row["runs"], row["seeds"]) == (experiment, 3, [7, 8, 9])
    assert row["test_accuracy_mean"] == record["test_accuracy"]["mean"]
    assert (row["optim.lr"], row["model.hidden"]) == (0.1, [16])
