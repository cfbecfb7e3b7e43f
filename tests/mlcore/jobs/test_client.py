"""Runs and short jobs are started in processes of their own, and steered from the server."""

import concurrent.futures
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from mlcore.commands import Continue, Edit, Pause, Stop
from mlcore.errors import JobError, RunError, SettingsError
from mlcore.events import Finished, Stopped
from mlcore.jobs import Jobs
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import ENDED, read_state, send
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.worker import read_worker

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


def worker_of(jobs, run):
    record = read_worker(jobs.store.get(run).path)
    assert record is not None
    assert record.alive
    return psutil.Process(record.pid)


def test_the_client_side_does_not_import_torch():
    code = "import sys, mlcore.jobs, mlcore.runs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_run_is_started_steered_and_stopped(jobs, config, watch):
    run = jobs.start_run(config(), name="steered")
    folder = jobs.store.get(run)
    watch(jobs, run, lambda h: len(h.steps) > 50)
    send(folder, Pause())
    paused = watch(jobs, run, lambda h: h.state == "paused")
    send(folder, Continue())
    watch(jobs, run, lambda h: h.state == "running" and len(h.steps) > len(paused.steps))
    send(folder, Stop())
    history = watch(jobs, run, ended)
    assert history.state == "stopped"
    assert isinstance(history.outcome, Stopped)
    assert folder.last_checkpoint().name == f"step-{history.outcome.step:08d}.pt"
    assert history.started is not None
    assert history.started.threads == 1
    assert jobs.store.list()[0].name == "steered"


def test_a_worker_is_cut_loose_from_the_server(jobs, config, watch):
    run = jobs.start_run(config())
    watch(jobs, run, lambda h: len(h.steps) > 0)
    worker = worker_of(jobs, run)
    assert worker.ppid() == jobs.pid
    assert os.getsid(worker.pid) == worker.pid
    assert os.getsid(jobs.pid) != os.getsid(0)
    send(jobs.store.get(run), Stop())
    watch(jobs, run, ended)


def test_the_supervisor_has_one_thread_and_buries_its_children(jobs, config, watch, wait):
    runs = [jobs.start_run(config(train__epochs=1)) for _ in range(3)]
    for run in runs:
        assert watch(jobs, run, ended).state == "finished"
    supervisor = psutil.Process(jobs.pid)
    wait(lambda: not supervisor.children(), "the children to be buried", 10)
    assert supervisor.num_threads() == 1


def test_a_stopped_run_goes_on_to_the_same_end(jobs, config, watch):
    whole, broken = (jobs.start_run(config(train__epochs=20)) for _ in range(2))
    watch(jobs, broken, lambda h: len(h.steps) > 30)
    send(jobs.store.get(broken), Stop())
    assert watch(jobs, broken, ended).outcome is not None
    if read_state(jobs.store.get(broken)) == "stopped":  # a very fast machine may have finished it
        jobs.resume_run(broken)
    one = watch(jobs, whole, lambda h: h.state == "finished")
    two = watch(jobs, broken, lambda h: h.state == "finished")
    np.testing.assert_array_equal(one.steps, two.steps)
    assert one.outcome is not None
    assert two.outcome is not None
    assert isinstance(one.outcome, Finished)
    assert isinstance(two.outcome, Finished)
    assert one.outcome.test_loss == two.outcome.test_loss


def test_a_killed_worker_leaves_a_sentence_and_a_run_that_goes_on(jobs, config, watch):
    run = jobs.start_run(config(train__epochs=60))
    before = watch(jobs, run, lambda h: len(h.checkpoints) > 2 and len(h.epochs) > 3)
    worker_of(jobs, run).kill()
    history = watch(jobs, run, lambda h: h.state == "failed")
    assert "SIGKILL" in history.message
    assert "resume it from step" in history.message
    assert len(history.steps) >= len(before.steps)
    np.testing.assert_array_equal(history.steps[: len(before.steps)], before.steps)
    jobs.resume_run(run)
    history = watch(jobs, run, lambda h: h.state == "finished")
    assert [epoch.epoch for epoch in history.epochs] == list(range(1, 61))
    assert len(history.steps) == history.epochs[-1].step
    assert not np.isnan(history.steps).any()
    again = watch(jobs, jobs.start_run(config(train__epochs=60)), ended)
    np.testing.assert_array_equal(history.steps, again.steps)


def test_an_edit_that_was_acknowledged_outlives_its_process(jobs, config, watch):
    run = jobs.start_run(config(train__epochs=60))
    folder = jobs.store.get(run)
    watch(jobs, run, lambda h: len(h.epochs) > 1)
    send(folder, Pause())
    watch(jobs, run, lambda h: h.state == "paused")
    send(folder, Edit(changes={"optim.lr": 0.0123}))
    send(folder, Edit(changes={"data.batch_size": 48}))
    edited = watch(jobs, run, lambda h: len(h.edits) == 2)
    worker_of(jobs, run).kill()  # no checkpoint has the edits
    watch(jobs, run, lambda h: h.state == "failed")
    jobs.resume_run(run)
    history = watch(jobs, run, ended)
    assert (history.config.optim.lr, history.config.data.batch_size) == (0.0123, 48)
    (edit,) = history.edits
    assert edit.changes == {"optim.lr": 0.0123, "data.batch_size": 48}
    assert edit.step == edited.step
    assert replay(folder).equal


def test_a_shutdown_stops_its_own_runs_with_a_checkpoint_and_leaves_others_alone(
    tmp_path, config, watch, wait
):
    ours, theirs = Jobs(tmp_path), Jobs(tmp_path)
    RunQueue(tmp_path).set_at_once(8)
    try:
        run, other = ours.start_run(config()), theirs.start_run(config())
        watch(ours, run, lambda h: len(h.steps) > 0)
        before = watch(theirs, other, lambda h: len(h.steps) > 0)
        late = ours.start_run(config())  # nobody may have taken it up yet
        assert ours.shutdown() == [run, late]
        assert ours.shutdown() == []
        for one in (run, late):
            history = watch(theirs, one, ended)
            assert isinstance(history.outcome, Stopped)
            assert history.outcome.reason == "shutdown"
            last = theirs.store.get(one).last_checkpoint()
            assert last.name == f"step-{history.outcome.step:08d}.pt"
        watch(theirs, other, lambda h: h.state == "running" and len(h.steps) > len(before.steps))
        theirs.resume_run(run)
        watch(theirs, run, lambda h: h.state == "running" and h.step > h.started.step)
    finally:
        theirs.shutdown()
    assert read_state(theirs.store.get(run)) == read_state(theirs.store.get(other)) == "stopped"
    wait(lambda: not psutil.pid_exists(ours.pid or 0), "the supervisor to end")


SERVER = """
import atexit, signal, sys, time
from pathlib import Path
from mlcore.config import RunConfig
from mlcore.jobs import Jobs
from mlcore.replay import replay
from mlcore.run import execute
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored behind a shell's `&`
jobs = Jobs(Path(sys.argv[1]))
atexit.register(jobs.shutdown)
print(jobs.start_run(RunConfig.from_flat({
    "data.name": "digits", "train.epochs": 1000, "train.device": "cpu", "train.threads": 1,
    "data.validation": 200})), jobs.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_server_that_is_asked_to_end_stops_its_runs_and_a_killed_one_leaves_them(
    tmp_path, watch, wait, how
):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    run, supervisor = server.stdout.readline().decode().split()
    jobs = Jobs(tmp_path)
    try:
        seen = watch(jobs, run, lambda h: len(h.steps) > 0)
        server.send_signal(how)
        server.wait(20)
        wait(lambda: not psutil.pid_exists(int(supervisor)), "the supervisor to end")
        if how == signal.SIGINT:
            assert watch(jobs, run, ended).outcome.reason == "shutdown"
            jobs.resume_run(run)
        history = watch(
            jobs, run, lambda h: h.state == "running" and len(h.steps) > len(seen.steps)
        )
        assert not np.isnan(history.steps).any()
        send(jobs.store.get(run), Stop())
        watch(jobs, run, ended)
    finally:
        server.stdout.close()
        jobs.shutdown()


def test_a_replay_ends_with_the_server_that_asked_for_it(tmp_path, config, wait):
    jobs = Jobs(tmp_path)
    folder = jobs.store.create(config(train__epochs=400))
    execute(folder)
    job = jobs.submit("replay", {"run": str(folder.path)})
    wait(lambda: job.progress(), "the first steps of the replay")
    jobs.close()
    with pytest.raises(JobError, match=r"The replay was stopped at step [\d,]+ of [\d,]+\."):
        job.wait(60)


def test_resuming_refuses_what_makes_no_sense(jobs, config, watch):
    run = jobs.start_run(config())
    watch(jobs, run, lambda h: len(h.steps) > 0)
    with pytest.raises(RunError, match="running already"):
        jobs.resume_run(run)
    send(jobs.store.get(run), Stop())
    watch(jobs, run, ended)
    with pytest.raises(SettingsError, match="did you mean"):
        jobs.resume_run(run, {"train.epoch": 3})
    with pytest.raises(RunError, match="no run"):
        jobs.resume_run("nonsense")


def test_two_resumes_at_once_train_once(jobs, config, watch):
    run = jobs.start_run(config(train__epochs=1))
    watch(jobs, run, ended)
    jobs.resume_run(run, {"train.epochs": 30})
    with contextlib.suppress(RunError):  # it has begun already
        jobs.resume_run(run, {"train.epochs": 30})
    history = watch(jobs, run, lambda h: h.state == "finished" and len(h.epochs) == 30)
    jobs.call("devices", {})
    history.refresh()
    assert history.state == "finished"
    assert [epoch.epoch for epoch in history.epochs] == list(range(1, 31))


def test_a_failing_run_says_why(jobs, config, watch, tmp_path):
    run = jobs.start_run(config(data__name="mnist", data__validation=0, data__root=str(tmp_path)))
    history = watch(jobs, run, ended)
    assert history.state == "failed"
    assert "MNIST is not in" in history.message


def test_the_devices_are_asked_for_once_by_however_many_threads(tmp_path, monkeypatch, wait):
    submitted, polled = [], threading.Event()

    class Job:
        def poll(self):
            return {"devices": [{"device": "cuda:0", "name": "A GPU"}]} if polled.is_set() else None

    def submit(kind, request):
        time.sleep(0.01)  # whoever comes now finds no job yet
        submitted.append(kind)
        return Job()

    jobs = Jobs(tmp_path)
    try:
        monkeypatch.setattr(jobs, "submit", submit)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: jobs.devices(), range(64))) == {None}
            polled.set()
            (found,) = set(pool.map(lambda _: jobs.devices()[0]["device"], range(64)))
        assert (submitted, found) == (["devices"], "cuda:0")
    finally:
        jobs.close()


def test_devices_that_cannot_be_asked_for_are_none(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("mlcore.jobs.supervisor_client.sys.executable", "/bin/false")
    jobs = Jobs(tmp_path)
    jobs.close()
    assert jobs.devices() == jobs.devices() == ()
    assert "shutting down" in caplog.text


def test_old_jobs_are_cleared_away_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("mlcore.jobs.supervisor_client.sys.executable", "/bin/false")
    old, new = tmp_path / ".jobs" / "old", tmp_path / ".jobs" / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "result.json").write_text("{}")
    hours_ago = time.time() - 3 * 3600
    os.utime(old, (hours_ago, hours_ago))
    Jobs(tmp_path).close()
    assert [path.name for path in (tmp_path / ".jobs").iterdir() if path.is_dir()] == ["new"]
