from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    assert back["mcnemar_p"] == told["mcnemar_p"]


def test_people_read_a_sentence(shell: Shell, checkpoints: tuple[Path, Path]) -> None:
    first, second = checkpoints
    lines = shell(f"compare {first} {second}").out.splitlines()
    assert lines[0] == "on 360 test images of digits"
    assert lines[2].endswith(f" %)  {second}")
    assert re.match(
        r"only the first is right on \d+ images?, only the second on \d+: the (first|second) "
        r"(is better, and that is hardly chance|did better, but that could be chance) "
        r"\(McNemar's exact test: p = \d",
        lines[3],
    )


def test_a_run_equals_itself(shell: Shell, trained: Path) -> None:
    out = shell(f"compare {trained.name} {trained.name}").out
    assert "only the first is right on 0 images, only the second on 0: as many on each side" in out


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
