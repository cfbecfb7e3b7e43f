"""A checkpoint that is refused is named, and what can be continued from instead is said."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.runs import RunFolder, RunStore, read_state

Shell = Callable[..., Any]


@pytest.fixture
def damaged(trained: Path) -> Path:
    """The last checkpoint of a finished run, cut short."""
    file = RunFolder(trained).last_checkpoint()
    assert file is not None
    os.truncate(file, 1000)
    return file


def advised(answer: Any) -> str:
    """The command that a refusal names, without the program's name."""
    (command,) = re.findall("`mlcore (.*?)`", answer.err)
    return str(command)


@pytest.mark.parametrize(
    "words",
    [
        "resume RUN --train.epochs 3",
        "resume FILE",
        "fork RUN --train.epochs 3",
        "evaluate RUN",
        "evaluate FILE",
        "inspect RUN",
        "inspect FILE",
        "replay RUN",
        "export RUN",
        "predict seven.png --checkpoint RUN",
    ],
)
def test_the_file_and_the_newest_sound_one_are_named(
    shell: Shell, damaged: Path, words: str
) -> None:
    run = damaged.parent.parent
    answer = shell(words.replace("RUN", run.name).replace("FILE", str(damaged)))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {damaged}: The end of the zip file is missing")
    assert advised(answer) == f"fork {run} --step 3"
    assert [info.id for info in RunStore(run.parent).list()] == [run.name]
    assert read_state(RunFolder(run)) == "finished"


def test_what_is_advised_works(shell: Shell, damaged: Path) -> None:
    answer = shell(advised(shell(f"inspect {damaged}")))
    assert answer.status == 0, answer.err
    assert "continuing after step 3" in answer.out


def test_more_epochs_are_advised_where_all_are_done(shell: Shell, trained: Path) -> None:
    assert shell(f"resume {trained.name} --train.epochs 3").status == 0
    file = RunFolder(trained).last_checkpoint()
    assert file is not None
    os.truncate(file, 1000)
    command = advised(shell(f"evaluate {trained.name}"))
    assert command == f"fork {trained} --step 6 --train.epochs 3"
    assert shell(command).status == 0


def test_without_a_sound_one_only_the_file_is_named(shell: Shell, damaged: Path) -> None:
    for file in damaged.parent.iterdir():
        os.truncate(file, 1000)
    err = shell(f"inspect {damaged}").err
    assert err.startswith(f"mlcore: {damaged}: ")
    assert "newest sound" not in err


def test_of_two_files_the_refused_one_is_named(shell: Shell, trained: Path, tmp_path: Path) -> None:
    sound, other = RunFolder(trained).last_checkpoint(), tmp_path / "other.pt"
    other.write_bytes(b"PK")
    err = shell(f"compare {sound} {other}").err
    assert err.startswith(f"mlcore: {other}: ")
    assert "newest sound" not in err


def test_a_sound_file_that_does_not_fit_is_named_without_advice(
    shell: Shell, trained: Path
) -> None:
    file = RunFolder(trained).last_checkpoint()
    err = shell(f"evaluate {file} --model.activation tanh").err
    assert err.startswith(f"mlcore: {file}: The file says that its activation is relu")
    assert "newest sound" not in err


def test_a_file_that_cannot_be_opened_is_named_once(shell: Shell, trained: Path) -> None:
    file = RunFolder(trained).last_checkpoint()
    assert file is not None
    file.unlink()
    file.mkdir()
    answer = shell(f"inspect {trained.name}")
    assert answer.err.startswith(f"mlcore: The file {file} cannot be opened: ")
    assert advised(answer) == f"fork {trained} --step 3"
