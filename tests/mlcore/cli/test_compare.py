from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli.compare import _of_one_run

Shell = Callable[..., Any]


@pytest.fixture
def checkpoints(trained: Path) -> tuple[Path, Path]:
    """Of the first epoch and of the second."""
    first, second = sorted((trained / "checkpoints").glob("*.pt"))[-2:]
    return first, second


def test_machines_get_both_accuracies_and_the_test(
    shell: Shell, checkpoints: tuple[Path, Path]
) -> None:
    first, second = checkpoints
    (told,) = shell(f"compare {first} {second} --data.name digits --json").records
    alone = [shell(f"evaluate {file} --json").records[0]["accuracy"] for file in checkpoints]
    assert told["accuracy"] == alone
    gained = told["only_second_right"] - told["only_first_right"]
    assert gained == round((alone[1] - alone[0]) * 360)
    assert 0 <= told["mcnemar_p"] <= 1
    (back,) = shell(f"compare {second} {first} --json").records
    assert back["accuracy"] == alone[::-1]
    assert back["only_first_right"] == told["only_second_right"]
    assert back["mcnemar_p"] == told["mcnemar_p"] == told["p"]
    assert back["difference"] == -told["difference"] == pytest.approx(alone[0] - alone[1])
    assert (told["test"], told["n"], told["better"]) == ("mcnemar", [1, 1], None)
    assert told["interval"][0] < told["difference"] < told["interval"][1]


def test_people_read_a_sentence(shell: Shell, checkpoints: tuple[Path, Path]) -> None:
    first, second = checkpoints
    lines = shell(f"compare {first} {second}").out.splitlines()
    assert lines[0] == "on 360 test images of digits"
    assert lines[2].endswith(f" %)  {second}")
    assert re.fullmatch(r"only the first is right on \d+ images?, only the second on \d+", lines[3])
    assert re.match(
        r"The (first and the second cannot be told apart|second is (better|worse) than the first)"
        r".* \(95 %: .*McNemar's exact test, p [=<] \d",
        lines[4],
    )


def test_only_checkpoints_in_the_folder_of_one_run_are_judged_by_the_images_alone(
    checkpoints: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = checkpoints
    assert _of_one_run(first, second)
    loose = [Path(shutil.copy(file, tmp_path)) for file in checkpoints]
    assert not _of_one_run(*loose)
    assert not _of_one_run(first, loose[1])


def test_a_run_equals_itself(shell: Shell, trained: Path) -> None:
    out = shell(f"compare {trained.name} {trained.name}").out
    assert "only the first is right on 0 images, only the second on 0\n" in out
    assert (
        "cannot be told apart with this much data: their accuracy is the same to two digits" in out
    )


def test_the_second_is_tested_on_the_data_of_the_first(
    shell: Shell, trained: Path, tiny_idx_root: Callable[..., Path]
) -> None:
    answer = shell(
        f"compare {trained} {trained} --data.name mnist --data.root {tiny_idx_root()} --json"
    )
    assert answer.status == 0
    assert answer.records[0]["mcnemar_p"] == 1.0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "`mlcore compare` needs two runs or checkpoint files"),
        ("RUN", "`mlcore compare` needs two runs or checkpoint files"),
        ("RUN nowhere", "'nowhere' is neither a checkpoint file nor a run"),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(
    shell: Shell, trained: Path, words: str, sentence: str
) -> None:
    answer = shell(f"compare {words.replace('RUN', trained.name)}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")


@pytest.fixture
def groups(shell: Shell, runs: Path, quick: str) -> tuple[str, str]:
    """Three seeds that hardly learn, and three that do."""
    found = []
    for lr, epochs in (("0.0001", 1), ("0.01", 6)):
        flags = f"--data.train-limit 0 --model.hidden 32 --optim.name adam --optim.lr {lr}"
        line = f"train {quick} {flags} --train.epochs {epochs} --seeds 3 --json"
        records = shell(line).records
        found.append(records[-1]["experiment"])
    return found[0], found[1]


def test_two_groups_are_compared_over_their_common_seeds(
    shell: Shell, groups: tuple[str, str]
) -> None:
    (told,) = shell(f"compare {groups[0]} {groups[1]} --json").records
    assert (told["test"], told["n"], told["better"]) == ("paired", [3, 3], "second")
    assert told["seeds"] == [[0, 1, 2], [0, 1, 2]]
    ended = {record["run"]: record for record in shell("runs --json").records}
    for runs, mean in zip(told["runs"], told["accuracy"], strict=True):
        assert mean == pytest.approx(sum(ended[run]["test_accuracy"] for run in runs) / 3)
    assert told["interval"][0] < told["difference"] < told["interval"][1]
    assert told["mcnemar_p"] is None
    lines = shell(f"compare {groups[0]} {groups[1]}").out.splitlines()
    assert lines[0] == "on 360 test images of digits"
    assert re.fullmatch(r"\d+\.\d\d ± \d+\.\d\d %  the first, 3 runs", lines[1])
    assert lines[3].startswith("validation accuracy, to choose by: ")
    assert lines[4].startswith("The second is better than the first: by ")
    assert "(paired t-test over 3 common seeds, p " in lines[4]


def test_several_runs_with_commas_are_a_group_and_one_is_compared_with_many(
    shell: Shell, groups: tuple[str, str]
) -> None:
    infos = shell("runs --json").records
    ids = {
        lr: sorted(one["run"] for one in infos if one["settings"]["optim"]["lr"] == lr)
        for lr in (0.0001, 0.01)
    }
    (told,) = shell(f"compare {ids[0.0001][0]} {','.join(ids[0.01])} --json").records
    assert told["test"] == "one against many"
    assert (told["n"], told["better"]) == ([1, 3], None)
    assert (
        "but it takes 3 seeds of each"
        in shell(f"compare {ids[0.0001][0]} {','.join(ids[0.01])}").out
    )
    answer = shell(f"compare {ids[0.01][0]} {ids[0.01][1]},{ids[0.01][1]}")
    assert answer.status == 2
    assert "Two runs of a group have the seed" in answer.err
