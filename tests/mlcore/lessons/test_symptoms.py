"""Each lesson shows what it says, with several seeds; and the right side never does."""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping

import pytest

from mlcore.lessons import LESSONS, Lesson, Pair
from mlcore.lessons.running import run_lesson

SEEDS = (1, 2, 3)
every = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@functools.cache
def curves(lesson: Lesson, seed: int) -> Pair:
    *_, last = run_lesson(lesson, seed)
    assert last.done
    return last


def evidence(lesson: Lesson, seed: int) -> Mapping[str, float]:
    found = lesson.symptom(curves(lesson, seed))
    assert found is not None, f"{lesson.name} with seed {seed}"
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@every
def test_the_symptom_is_seen_on_the_wrong_side_alone(lesson: Lesson, seed: int) -> None:
    found = curves(lesson, seed)
    assert lesson.symptom(found) is not None
    if not lesson.harmless:
        assert lesson.symptom(Pair(wrong=found.right, right=found.right, done=True)) is None
        assert lesson.symptom(Pair(wrong=found.right, right=found.wrong, done=True)) is None


@pytest.mark.slow
@every
def test_the_sentence_names_figures_that_there_are(lesson: Lesson) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(lesson.seen) if name}
    for seed in SEEDS:
        assert names <= set(evidence(lesson, seed))
        assert "{" not in lesson.seen.format(**evidence(lesson, seed))


@pytest.mark.slow
@every
def test_the_right_side_learns(lesson: Lesson) -> None:
    for seed in SEEDS:
        assert curves(lesson, seed).right.final > 0.75


def test_nothing_is_seen_before_anything_is_run() -> None:
    for lesson in LESSONS.values():
        assert lesson.symptom(Pair()) is None
