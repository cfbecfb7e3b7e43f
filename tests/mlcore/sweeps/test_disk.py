"""What a sweep takes on the disk, held to what a run really writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlcore.errors import SettingsError
from mlcore.run import execute
from mlcore.runs import RunStore
from mlcore.sweeps import Sweep
from mlcore.sweeps.disk import disk_use
from mlcore.sweeps.sweep import TRIALS

Make = Callable[..., Sweep]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_it_is_about_what_its_runs_write(make: Make, store: RunStore, optimizer: str) -> None:
    sweep = make(["optim.lr=0.001,0.01"], trials=2, optim__name=optimizer, model__hidden=(64,))
    written = 0
    for lr in (0.001, 0.01):
        run = store.create(sweep.config({"optim.lr": lr}))
        execute(run, threads=1)
        written += sum(path.stat().st_size for path in run.checkpoints_path.iterdir())
    assert 0.75 * disk_use(sweep) < written < 1.25 * disk_use(sweep)


def test_it_grows_with_the_trials_and_only_so_many_checkpoints_of_a_run_are_kept(
    make: Make,
) -> None:
    space = ["model.hidden=64|128,64", "optim.lr=0.1..0.2"]
    forty, eighty = (make(space, trials=count) for count in (40, 80))
    assert disk_use(eighty) == 2 * disk_use(forty)
    long, longer = (make(space, trials=40, train__epochs=count) for count in (100, 900))
    assert disk_use(long) == disk_use(longer) > disk_use(forty)


def test_more_trials_than_anyone_can_look_at_are_refused(make: Make) -> None:
    with pytest.raises(SettingsError, match=r"at most 10,000, but got 100,?000"):
        make(["optim.lr=0.001..1:log"], trials=100_000)
    assert TRIALS.high == 10_000


def test_in_float64_it_is_twice_as_much(make: Make) -> None:
    space = ["optim.lr=0.01,0.1"]
    single, double = (make(space, trials=4, train__dtype=kind) for kind in ("float32", "float64"))
    assert disk_use(double) == 2 * disk_use(single)
