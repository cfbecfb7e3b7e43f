"""The clock jumps under a run, and nothing that counts goes by it."""

import json
import os
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from mlcore.commands import Stop
from mlcore.jobs import Jobs
from mlcore.jobs.folder import JobFolder, clean
from mlcore.runs import ENDED, RunStore, send

pytestmark = pytest.mark.usefixtures("nobody_left")

# Every process that finds this on its path has a clock that jumps, an hour forth and back.
JUMPS = """
import itertools, time
_true, _turns = time.time, itertools.count()
time.time = lambda: _true() + (0, 3600, -3600)[next(_turns) // 4 % 3]
"""


@pytest.mark.slow
def test_a_run_under_a_jumping_clock_is_the_same_run(
    tmp_path, config, watch, wait, monkeypatch, jobs
):
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(JUMPS)
    path = os.pathsep.join([str(tmp_path / "path"), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    jumping = Jobs(tmp_path / "runs")
    settings = config(train__epochs=60)
    run = jumping.start_run(settings)
    history = watch(jumping, run, lambda h: h.state in ENDED)
    assert history.state == "finished", history.message
    lines = history.folder.events_path.read_text().splitlines()
    stamps = [json.loads(line)["time"] for line in lines]
    assert max(stamps) - min(stamps) > 3000  # it did jump
    assert all(0 <= epoch.seconds < 600 for epoch in history.epochs)
    assert 0 <= history.outcome.seconds < 600
    whole = watch(jobs, jobs.start_run(settings), lambda h: h.state in ENDED)
    np.testing.assert_array_equal(history.steps, whole.steps)
    long = jumping.start_run(config(train__epochs=10_000))
    watch(jumping, long, lambda h: h.state == "running" and len(h.steps) > 20)
    rate = watch(jumping, long, lambda h: h.refresh() or True).steps_per_second
    assert rate is None or rate > 0
    assert jumping.call("devices", {"limit": 100})["devices"]
    send(jumping.store.get(long), Stop())
    assert watch(jumping, long, lambda h: h.state in ENDED).state == "stopped"
    supervisor = psutil.Process(jumping.pid)
    jumping.shutdown()
    wait(lambda: not supervisor.is_running(), "the supervisor to end")


@pytest.mark.parametrize(("back", "behind"), [(10.0, True), (3600.0, True), (90_000.0, False)])
def test_a_clock_that_is_set_back_a_little_keeps_the_order(
    tmp_path: Path, config, monkeypatch, back, behind
):
    store = RunStore(tmp_path)
    first = store.create(config())
    now = time.time()
    monkeypatch.setattr("mlcore.runs.library.store.time.time", lambda: now - back)
    later = [store.create(config()) for _ in range(3)]
    listed = [info.id for info in store.list()]
    order = [later[2].id, later[1].id, later[0].id] if behind else listed[1:]
    assert listed == [*order, first.id] if behind else listed[0] == first.id


@pytest.mark.parametrize("hours", [-3, 3])
def test_old_jobs_go_whichever_way_the_clock_was_wrong_and_those_at_work_stay(tmp_path, hours):
    ended, working, new = (JobFolder.create(tmp_path, "devices", {}) for _ in range(3))
    working.begin()
    then = time.time() + hours * 3600
    for job in (ended, working):
        os.utime(job.path, (then, then))
    clean(tmp_path)
    assert [job.path.exists() for job in (ended, working, new)] == [False, True, True]
