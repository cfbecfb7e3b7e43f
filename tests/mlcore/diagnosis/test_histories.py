"""The rules against recorded trainings of which it is known what was wrong with them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from mlcore.diagnosis import KINDS, Kind, diagnose
from tests.mlcore.diagnosis.histories import FOLDER, Recorded, recorded

LARGEST = 300_000  # bytes of a file of histories
SETS = ("digits", "mnist")
EVERY = [case for name in SETS for case in recorded(name)]
PARTS = {
    "looked at": [case for case in EVERY if not case.aside],
    "kept aside": [case for case in EVERY if case.aside],
}
LOOKS = 24  # at a training while it goes on


def kinds(case: Recorded, step: int | None = None) -> set[Kind]:
    """What is found, at the end or after so many steps."""
    curves = case.curves if step is None else case.after(step)
    return {finding.kind for finding in diagnose(curves)}


def looks(case: Recorded) -> Sequence[int]:
    """Steps at which a person may look: some at the beginning, epoch ends, and in between."""
    ends = [epoch.step for epoch in case.curves.epochs]
    steps = case.curves.step
    between = [steps * part // LOOKS for part in range(1, LOOKS)]
    return sorted({*(1, 5, 20, 50), *ends[:LOOKS], *between} - {0} & set(range(steps)))


def false_ones(case: Recorded) -> set[str]:
    return kinds(case) - case.true.keys() - case.maybe.keys()


def test_there_are_enough_histories_of_every_kind_and_they_take_little_room() -> None:
    assert len(EVERY) >= 100
    assert len(PARTS["kept aside"]) >= 30
    counts = Counter(kind for case in EVERY for kind in case.true)
    assert counts.keys() == set(KINDS)
    assert min(counts.values()) >= 4, counts
    for kind in KINDS:
        assert sum(kind not in case.true for case in EVERY) >= 14, kind
    for name in SETS:
        assert (FOLDER / f"{name}.npz").stat().st_size < LARGEST


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_nothing_false_is_found(case: Recorded) -> None:
    assert not false_ones(case), (case.true, case.maybe)


def test_the_quick_start_is_told_that_it_ended_while_it_was_getting_better() -> None:
    (case,) = (case for case in EVERY if case.name == "mnist, lr 0.003")
    assert (case.curves.config.optim.name, case.curves.config.train.epochs) == ("sgd", 5)
    (found,) = (found for found in diagnose(case.curves) if found.kind == "finished_too_early")
    assert found.changes == {"train.epochs": 10}


@pytest.mark.parametrize("part", PARTS)
def test_most_of_what_is_true_is_found(part: str) -> None:
    cases = PARTS[part]
    true = [(case.name, kind) for case in cases for kind in case.true]
    missed = [(case.name, kind) for case in cases for kind in case.true.keys() - kinds(case)]
    assert len(missed) <= 0.2 * len(true), missed


@pytest.mark.parametrize("kind", KINDS)
def test_most_of_each_kind_is_found(kind: Kind) -> None:
    cases = [case for case in EVERY if kind in case.true]
    missed = [case.name for case in cases if kind not in kinds(case)]
    assert len(missed) <= 0.34 * len(cases), missed


def early_faults(case: Recorded) -> Iterator[str]:
    """What is said while a training goes on, and is not true then."""
    allowed = case.true.keys() | case.maybe.keys()
    for step in looks(case):
        epoch = sum(one.step <= step for one in case.curves.epochs)
        for kind in kinds(case, step):
            if kind == "over_fitting" and epoch < case.over_fitting_since:
                yield f"over-fitting after epoch {epoch}"
            elif kind == "learning":  # it may go wrong later
                losses = case.curves.losses[:step]
                if not losses[-20:].mean() < 0.9 * max(losses[0], case.curves.chance):
                    yield f"learning after step {step}"
            elif kind not in allowed:
                yield f"{kind} after step {step}, epoch {epoch}"


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_nothing_false_is_said_while_it_trains(case: Recorded) -> None:
    assert not list(early_faults(case)), (case.true, case.maybe)


def test_what_is_said_while_it_trains_hardly_ever_comes_and_goes() -> None:
    unsteady = Counter[str]()
    for case in EVERY:
        seen = [kinds(case, step) for step in looks(case)]
        for kind in KINDS:
            changes = sum((kind in a) != (kind in b) for a, b in itertools.pairwise(seen))
            assert changes <= 5, (case.name, kind, changes)
            unsteady[case.name] += changes > 2
    assert sum(unsteady.values()) <= 0.07 * len(EVERY), unsteady


def test_over_fitting_is_said_to_begin_after_the_lowest_held_out_loss() -> None:
    for case in EVERY:
        for finding in diagnose(case.curves):
            if finding.kind == "over_fitting":
                assert finding.title.values["epoch"] == case.over_fitting_since
