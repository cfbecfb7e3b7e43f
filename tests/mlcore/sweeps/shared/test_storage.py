"""What the database decides among many workers; real PostgreSQL, and nothing is trained."""

from __future__ import annotations

import threading
from collections.abc import Callable

import optuna
import pytest

from mlcore.errors import RunError
from mlcore.sweeps import Sweep
from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.open_trial import TakenOverError
from mlcore.sweeps.shared.opening import connected, create_shared
from mlcore.sweeps.shared.study import SharedStudy
from mlcore.sweeps.shared.summary import read_all_shared, read_shared

pytestmark = pytest.mark.slow

Join = Callable[[str], SharedStudy]
Begin = Callable[..., Sweep]
SPACE = ["optim.lr=0.01..1:log", "optim.name=sgd,adam", "optim.momentum=0,0.9"]


def test_workers_that_ask_at_once_get_as_many_trials_as_there_are_and_each_once(
    address: Address, begun: Begin
) -> None:
    begun(SPACE, trials=30)
    got: list[int] = []
    together = threading.Barrier(6)

    def work(name: str) -> None:
        with connected(address, name) as storage:
            study = SharedStudy(storage, address, "tiny")
            together.wait(60)
            while (asked := study.begin()) is not None:
                got.append(asked.number)
                study.tell(asked.number, "complete", 0.5)

    threads = [threading.Thread(target=work, args=(str(one),)) for one in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert sorted(got) == list(range(30))


def test_a_refused_trial_is_replaced_and_more_can_be_asked_for(begun: Begin, join: Join) -> None:
    begun(SPACE, trials=3)
    study = join("ann")
    for number in range(2):
        assert study.begin() is not None
        study.tell(number, "refused", why="contradictory")
    assert [one.number for one in (study.begin(), study.begin(), study.begin()) if one] == [2, 3, 4]
    assert study.begin() is None
    assert study.change(trials=4, jobs=None).trials == 4
    other = join("ben").begin()
    assert other is not None
    assert other.number == 5
    assert study.situation().begun == 4


def test_a_grid_is_gone_through_once_by_all(begun: Begin, join: Join) -> None:
    sweep = begun(["optim.lr=0.1,0.2,0.3", "optim.name=sgd,adam"], sampler="grid")
    ann, ben = join("ann"), join("ben")
    found = []
    while (asked := (ann, ben)[len(found) % 2].begin()) is not None:
        found.append(tuple(asked.params.values()))
    assert len(set(found)) == len(found) == sweep.trials == 6


def test_who_takes_a_trial_over_has_it_alone(begun: Begin, join: Join) -> None:
    begun(SPACE, trials=2, pruner="median")
    ann, ben, eve = join("ann"), join("ben"), join("eve")
    asked = ann.begin()
    assert asked is not None
    ann.note_place(0, "20260101-000000-abcd", "/runs/ann", "there")
    ann.report(0, 1, 0.25)
    (seen,) = ben.situation().open
    assert (seen.number, seen.owner, seen.run) == (0, "ann", "20260101-000000-abcd")
    taken = ben.take(seen)
    assert taken is not None
    assert (taken.params, taken.run, taken.runs) == (asked.params, seen.run, "/runs/ann")
    assert taken.reported == {1}
    assert eve.take(seen) is None

    assert ann.lost([0]) == [0]
    for refused in (
        lambda: ann.report(0, 2, 0.5),
        lambda: ann.note_place(0, "other", "/runs/ann", "there"),
        lambda: ann.tell(0, "complete", 0.99),
    ):
        with pytest.raises(TakenOverError):
            refused()
    ann.release([0])  # which is not its to give
    assert ben.lost([0]) == []
    ben.tell(0, "complete", 0.75)
    with pytest.raises(TakenOverError):
        ann.report(0, 3, 0.5)
    assert [(one.value, one.user_attrs["run"]) for one in ben.trials()] == [(0.75, seen.run)]


def test_a_sign_of_life_keeps_a_trial(begun: Begin, join: Join) -> None:
    begun(SPACE, trials=1)
    ann, ben = join("ann"), join("ben")
    assert ann.begin() is not None
    (seen,) = ben.situation().open
    assert ann.lost([0]) == []
    assert ben.take(seen) is None
    ann.release([0])
    (left,) = ben.situation().open
    assert left.owner == ""
    assert ben.take(left) is not None
    assert ann.lost([0]) == [0]


def test_a_result_whose_answer_was_lost_is_told_once(begun: Begin, join: Join) -> None:
    begun(SPACE, trials=1)
    ann = join("ann")
    assert ann.begin() is not None
    kept = dict(ann._trials)
    ann.tell(0, "complete", 0.5)
    ann._trials.update(kept)
    ann.tell(0, "complete", 0.5)
    assert [one.values for one in ann.trials()] == [[0.5]]


def test_what_the_database_holds_is_told_as_of_any_sweep(
    address: Address, begun: Begin, join: Join
) -> None:
    sweep = begun(SPACE, trials=5)
    ann = join("ann")
    for _ in range(4):
        assert ann.begin() is not None
    ann.tell(0, "complete", 0.5)
    ann.tell(1, "pruned", why="The loss became NaN.")
    ann.note_place(2, "20260101-000000-abcd", "/runs/ann", "there")
    ann.release([3])
    with connected(address) as storage:
        found = read_shared(storage, address, "tiny")
        assert [one.sweep.name for one in read_all_shared(storage, address)] == ["tiny"]
    assert (found.sweep, found.state) == (sweep, "running")
    states = [one.state for one in found.trials]
    assert states == ["complete", "diverged", "running", "interrupted"]
    assert found.best == found.trials[0]
    place = found.trials[2].place
    assert place is not None
    assert (place.host, place.runs) == ("there", "/runs/ann")
    assert found.trials[1].run.message == "The loss became NaN."
    assert found.trials[2].run.config == sweep.config(found.trials[2].params)


def test_other_studies_and_other_names_are_refused_in_a_sentence(
    address: Address, make: Callable[..., Sweep]
) -> None:
    with pytest.raises(RunError, match="There are no sweeps in"), connected(address):
        pass
    sweep = make(SPACE)
    with connected(address, make_tables=True) as storage:
        optuna.create_study(storage=storage, study_name="other")
        create_shared(storage, sweep, 60)
        with pytest.raises(RunError, match="There is a sweep tiny already"):
            create_shared(storage, sweep, 60)
        with pytest.raises(RunError, match="There is no sweep 'tin'"):
            SharedStudy(storage, address, "tin")
        with pytest.raises(RunError, match="'other' is no sweep"):
            SharedStudy(storage, address, "other")
        assert len(read_all_shared(storage, address)) == 1
