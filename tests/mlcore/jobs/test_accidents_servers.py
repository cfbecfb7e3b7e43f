"""Two servers, in two processes, over one folder of runs."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from mlcore.commands import Stop
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, RunStore, send
from mlcore.runs.active.queue import RunQueue

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nobody_left")]

SERVER = """
import sys
from pathlib import Path
from mlcore.errors import MlcoreError
from mlcore.jobs import Jobs
jobs = Jobs(Path(sys.argv[1]))
jobs.call("devices", {})
print(jobs.pid, flush=True)
for line in sys.stdin:
    try:
        jobs.resume_run(line.strip())
        print("asked", flush=True)
    except MlcoreError as error:
        print(error, flush=True)
print(*jobs.shutdown(), flush=True)
"""


def ended(history):
    return history.state in ENDED


def trains(history):
    return history.state == "running" and history.step > history.started.step


class Server:
    """A server in a process of its own, which resumes the run of each line."""

    def __init__(self, runs):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(runs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.supervisor: psutil.Process | None = None

    def answer(self):
        return self.process.stdout.readline().strip()

    def ready(self):
        self.supervisor = psutil.Process(int(self.answer()))

    def resume(self, run):
        self.process.stdin.write(f"{run}\n")
        self.process.stdin.flush()

    def shutdown(self):
        """Ends as after Ctrl-C; returns the runs that it stopped."""
        self.process.stdin.close()
        stopped = self.answer().split()
        self.process.stdout.close()
        assert self.process.wait(60) == 0
        return stopped


@pytest.fixture
def servers(tmp_path, wait) -> Iterator[list[Server]]:
    both = [Server(tmp_path) for _ in range(2)]
    for server in both:
        server.ready()
    yield both
    for server in both:
        if not server.process.stdin.closed:
            server.shutdown()
    wait(lambda: not any(s.supervisor.is_running() for s in both), "the supervisors to end")


@pytest.fixture
def runs(tmp_path, config):
    """Runs that were made and cancelled before any server came."""
    store, queue = RunStore(tmp_path), RunQueue(tmp_path)
    made = [store.create(config(train__epochs=10_000)) for _ in range(2)]
    for folder in made:
        assert queue.cancel(folder.id)
    queue.set_at_once(4)
    return made


def test_a_run_that_both_resume_at_once_has_one_worker_and_goes_on_alike(
    runs, servers, tmp_path, watch, worker_of, wait
):
    here = Jobs(tmp_path)  # a third one, which watches and stops what the others began
    folder = runs[0]
    for round_ in range(3):
        for server in servers:
            server.resume(folder.id)
        answers = [server.answer() for server in servers]
        assert "asked" in answers
        assert all(answer == "asked" or "already" in answer for answer in answers)
        seen = watch(here, folder.id, lambda h, n=round_: len(h.starts) == n + 1 and trains(h))
        worker = worker_of(folder)
        wait(
            lambda w=worker: {c for one in servers for c in one.supervisor.children()} == {w},
            "any other worker to end",
        )
        assert seen.state == "running"
        send(folder, Stop())
        history = watch(here, folder.id, ended)
        assert history.state == "stopped"  # and no start is left over
        assert not np.isnan(history.steps).any()
        wait(lambda: not any(one.supervisor.children() for one in servers), "their burial")
    watcher = psutil.Process(here.pid)
    assert here.shutdown() == []
    wait(lambda: not watcher.is_running(), "the watcher's supervisor to end")


def test_a_server_that_ends_stops_its_own_runs_and_none_that_another_took_up(
    runs, servers, tmp_path, watch
):
    watcher = RunStore(tmp_path)
    one, two = servers
    ours, handed_on = runs
    for folder in runs:
        one.resume(folder.id)
        assert one.answer() == "asked"
    for folder in runs:
        watch(watcher, folder.id, lambda h: h.state == "running" and h.step > 0)
    send(handed_on, Stop())
    watch(watcher, handed_on.id, ended)
    two.resume(handed_on.id)
    assert two.answer() == "asked"
    watch(watcher, handed_on.id, lambda h: len(h.starts) == 2 and trains(h))
    assert one.shutdown() == [ours.id]
    history = watch(watcher, ours.id, ended)
    assert (history.state, history.outcome.reason) == ("stopped", "shutdown")
    seen = watch(watcher, handed_on.id, lambda h: h.state == "running").step
    watch(watcher, handed_on.id, lambda h: h.step > seen)  # it keeps training
    assert two.shutdown() == [handed_on.id]
