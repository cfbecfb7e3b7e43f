"""Sweeps that a server begins: their process ends with it, and leaves what can be continued."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dashboard.server.sweeps import Sweeps
from mlcore.runs import RunStore
from mlcore.sweeps import find_sweep
from mlcore.sweeps.starting import new_sweep
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.train_page import CONFIG


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.slow
def test_the_end_of_a_server_stops_its_sweeps_which_go_on_later(runs: RunStore) -> None:
    settings = CONFIG.with_values({"train.epochs": 10_000}).flat()
    sweep = new_sweep(runs.root, "hunt", ["optim.lr=0.01,0.02"], settings, sampler="grid")
    served = Sweeps()
    served.start(sweep)
    folder = find_sweep(runs.root, "hunt")
    until(lambda: any(one.state == "running" for one in runs.list()), "a trial trains")
    assert folder.controller
    served.go_on("hunt")  # does nothing: a process runs it
    served.close()
    assert folder.controller is None
    (run,) = runs.list()
    assert run.state == "stopped"
    assert served.look("hunt").state == "stopped"
    assert served.error("hunt") is None
    again = Sweeps()
    again.go_on("hunt")
    until(lambda: [one.state for one in runs.list()] == ["running"], "the same trial goes on")
    again.stop("hunt")
    until(lambda: folder.controller is None, "it stops")
    assert [one.state for one in runs.list()] == ["stopped"]


def test_the_newest_is_first_and_a_damaged_one_last(runs: RunStore) -> None:
    for name in ("a", "b", "c"):
        made_sweep(runs, name)
    find_sweep(runs.root, "c").sweep_path.write_text("{")
    assert Sweeps().names() == ["b", "a", "c"]
