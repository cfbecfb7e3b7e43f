from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlcore.lessons import LESSONS, Pair

Shell = Callable[..., Any]


def test_all_lessons_are_listed_with_their_questions(shell: Shell) -> None:
    out = shell("lessons").out
    assert all(name in out and lesson.question in out for name, lesson in LESSONS.items())
    assert [record["lesson"] for record in shell("lessons --json").records] == list(LESSONS)


def test_a_lesson_is_run_and_says_what_is_seen(shell: Shell) -> None:
    out = shell("lessons batch-of-all").out
    assert "The loss falls smoothly" in out
    assert "batch_size=len(data.train)" in out
    assert "{" not in out


def test_a_machine_reads_the_curves_of_a_seed(shell: Shell) -> None:
    (record,) = shell("lessons batch-of-all --seed 3 --json").records
    pair = Pair.from_json(record)
    assert (record["seed"], len(pair.wrong.loss), len(pair.right.loss)) == (3, 10, 230)
    assert record["evidence"]["steps"] == 10


def test_an_unknown_lesson_and_a_seed_that_is_none_are_refused(shell: Shell) -> None:
    unknown, seed = shell("lessons no-such"), shell("lessons all-zero --seed x")
    assert (unknown.status, seed.status) == (2, 2)
    assert "There is no lesson" in unknown.err
    assert "`--seed` must be a whole number" in seed.err
