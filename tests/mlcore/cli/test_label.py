"""`mlcore tag` and `note`, and runs listed by tag."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shell = Callable[..., Any]


def test_tags_are_given_taken_and_shown(shell: Shell, trained: Path) -> None:
    run = trained.name
    assert shell(f"tag {run} wide lecture-3").out == f"run {run} is tagged wide, lecture-3\n"
    assert shell(f"tag {run} Wide new --remove lecture-3").out == f"run {run} is tagged wide, new\n"
    assert shell(f"tag {run}").out == f"run {run} is tagged wide, new\n"
    (record,) = shell(f"tag {run} --json").records
    assert record == {"run": run, "name": "first", "tags": ["wide", "new"], "note": ""}
    assert shell(f"tag {run} --remove WIDE new").out == f"run {run} has no tags\n"


def test_a_note_is_written_shown_and_taken_away(shell: Shell, trained: Path) -> None:
    run = trained.name
    assert shell(["note", run, "too fast\nat 0.3"]).out == "too fast\nat 0.3\n"
    assert shell(["note", run]).out == "too fast\nat 0.3\n"
    assert shell(["note", run, ""]).out == f"run {run} has no note\n"


def test_runs_are_listed_by_tag(shell: Shell, trained: Path, quick: str) -> None:
    other = Path(shell(f"train {quick} --train.epochs 1 --json").records[-1]["folder"])
    assert "tags" not in shell("runs").out
    shell(f"tag {trained.name} wide old")
    shell(f"tag {other.name} wide")
    out = shell("runs").out
    assert out.splitlines()[0].split()[:4] == ["id", "name", "tags", "state"]
    assert "wide old" in out
    assert {r["run"] for r in shell("runs --tag WIDE --json").records} == {trained.name, other.name}
    (record,) = shell("runs --tag wide old --json").records
    assert (record["run"], record["tags"]) == (trained.name, ["wide", "old"])
    assert "has nowhere as tags" in shell("runs --tag nowhere").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tag"], "`mlcore tag` needs a run"),
        (["note"], "`mlcore note` needs a run"),
        (["tag", "RUN", "two words"], "A tag must be a word of letters, digits, -, _ or ."),
        (["tag", "RUN", "--remove", "gone"], "has no tag 'gone': it has none."),
        (["note", "RUN", "x" * 2_001], "A note can have 2,000 characters, but got 2,001"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    shell: Shell, trained: Path, words: list[str], sentence: str
) -> None:
    answer = shell([trained.name if word == "RUN" else word for word in words])
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
