"""A warm supervisor for the tests of a module, and a way to wait for what is to come."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from mlcore.config import RunConfig
from mlcore.jobs import Jobs
from mlcore.runs import History
from mlcore.runs.queue import RunQueue


def wait_for(
    condition: Callable[[], Any], what: str | Callable[[], str], seconds: float = 60.0
) -> Any:
    """The condition's first true value; fails when it takes too long."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > until:
            name = what if isinstance(what, str) else what()
            pytest.fail(f"waited {seconds:g} s in vain for {name}")
        time.sleep(0.005)
    return value


@pytest.fixture
def wait() -> Callable[..., Any]:
    return wait_for


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """One supervisor for all tests of a module; at its end nothing of it is left."""
    jobs = Jobs(tmp_path_factory.mktemp("runs"))
    RunQueue(jobs.store.root).set_at_once(8)
    jobs.call("devices", {})
    process = psutil.Process(jobs.pid)
    yield jobs
    wait_for(lambda: not process.children(), "its children to be buried")
    jobs.close()
    wait_for(lambda: not process.is_running(), "the supervisor to end")


@pytest.fixture
def config() -> Callable[..., RunConfig]:
    """Settings of a small run on the bundled digits; 1,000 epochs: it ends when it is told to."""

    def make(**changes: Any) -> RunConfig:
        settings = {
            "data.name": "digits",
            "data.batch_size": 64,
            "data.validation": 200,
            "model.hidden": [16],
            "train.epochs": 1000,
            "train.device": "cpu",
            "train.threads": 1,
        }
        changed = {name.replace("__", "."): value for name, value in changes.items()}
        return RunConfig.from_flat(settings | changed)

    return make


@pytest.fixture
def watch() -> Callable[..., History]:
    """Follows a run until its history meets a condition."""

    def follow(
        jobs: Jobs, run: str, condition: Callable[[History], Any], seconds: float = 60.0
    ) -> History:
        history = History(jobs.store.get(run))

        def met() -> bool:
            history.refresh()
            return bool(condition(history))

        wait_for(met, lambda: f"the run (now {history.state} {history.message})", seconds)
        return history

    return follow
