"""A warm supervisor for the tests of a module, a way to wait for what is to come, a census."""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest

from mlcore.config import RunConfig
from mlcore.jobs import Jobs
from mlcore.runs import History, RunFolder, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.worker import read_worker

_SIGN = "MLCORE_TESTS_STARTED_IT"
os.environ[_SIGN] = secrets.token_hex(8)  # every process that these tests start inherits it


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
    """Settings of a small run on the bundled digits; 1,000 epochs: it ends when it is asked to."""

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
        runs: Jobs | RunStore,
        run: str,
        condition: Callable[[History], Any],
        seconds: float = 60.0,
    ) -> History:
        store = runs.store if isinstance(runs, Jobs) else runs
        history = History(store.get(run))

        def met() -> bool:
            history.refresh()
            return bool(condition(history))

        wait_for(met, lambda: f"the run (now {history.state} {history.message})", seconds)
        return history

    return follow


@pytest.fixture
def worker_of() -> Callable[[RunFolder], psutil.Process]:
    """The living process that trains a run."""

    def find(folder: RunFolder) -> psutil.Process:
        worker = read_worker(folder.path)
        assert worker is not None
        assert worker.alive
        return psutil.Process(worker.pid)

    return find


@pytest.fixture
def census() -> Callable[[], set[psutil.Process]]:
    """Counts the processes that these tests have started, orphans and zombies included."""
    return _ours


@pytest.fixture
def nobody_left() -> Iterator[None]:
    """After the test every process that it started is gone and buried, orphans included."""
    before = _ours()
    yield
    try:
        wait_for(lambda: _ours() <= before, lambda: f"the end of {_ours() - before}")
    finally:
        for process in _ours() - before:  # the next test is not to suffer from it
            with contextlib.suppress(psutil.Error):
                process.kill()


def _ours() -> set[psutil.Process]:
    """What these tests started, wherever it hangs now, and zombies below this process."""
    me = psutil.Process()
    found = {child for child in me.children(recursive=True) if _is_zombie(child)}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process != me and process.environ().get(_SIGN) == os.environ[_SIGN]:
                found.add(process)
    return found


def _is_zombie(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return False


@pytest.fixture
def run_to_end(watch: Callable[..., History]) -> Callable[..., History]:
    """Resumes a run that broke off and follows it to its end; no step is missing or doubled."""

    def finish(jobs: Jobs, run: str) -> History:
        jobs.resume_run(run)
        history = watch(jobs, run, lambda h: h.state in ("finished", "failed", "lost"))
        assert history.state == "finished", history.message
        assert [epoch.epoch for epoch in history.epochs] == list(range(1, len(history.epochs) + 1))
        assert len(history.steps) == history.epochs[-1].step
        assert not np.isnan(history.steps).any()
        return history

    return finish
