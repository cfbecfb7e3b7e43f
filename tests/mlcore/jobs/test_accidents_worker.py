"""A worker is killed, crashes, runs out of memory, or the machine restarts: the run resumes."""

import dataclasses
import os
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest

from mlcore.commands import Continue, Edit, Pause, Stop
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, RunStore, read_state, send
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.trash import delete, restore
from mlcore.runs.record.worker import WorkerRecord, identity, read_worker, write_worker

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies_leaves_a_run_that_goes_on_to_the_same_end(
    jobs, config, watch, worker_of, run_to_end, number
):
    settings = config(train__epochs=200)
    run, other = jobs.start_run(settings), jobs.start_run(config(train__epochs=10_000))
    seen = watch(jobs, run, lambda h: len(h.checkpoints) > 2)
    worker_of(jobs.store.get(run)).send_signal(number)
    history = watch(jobs, run, lambda h: h.state == "failed")
    assert number.name in history.message
    np.testing.assert_array_equal(history.steps[: len(seen.steps)], seen.steps)
    assert "resume it from step" in history.message
    broken = run_to_end(jobs, run)
    whole = watch(jobs, jobs.start_run(settings), ended)
    np.testing.assert_array_equal(broken.steps, whole.steps)
    assert broken.outcome.test_loss == whole.outcome.test_loss
    assert read_state(jobs.store.get(other)) == "running"
    send(jobs.store.get(other), Stop())
    watch(jobs, other, ended)


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_AS"), reason="no RLIMIT_AS here")
def test_memory_that_really_runs_out_is_a_sentence(jobs, config, watch, wait):
    supervisor = psutil.Process(jobs.pid)
    before = supervisor.rlimit(psutil.RLIMIT_AS)
    room = supervisor.memory_info().vms + 200_000_000
    supervisor.rlimit(psutil.RLIMIT_AS, (room, before[1]))
    try:
        run = jobs.start_run(config(model__hidden=[16_384, 16_384]))  # a gigabyte of weights
        history = watch(jobs, run, lambda h: h.state == "failed")
    finally:
        supervisor.rlimit(psutil.RLIMIT_AS, before)
    assert "Memory ran out: choose a smaller batch size or fewer hidden units" in history.message
    assert "Traceback" not in history.message
    assert watch(jobs, jobs.start_run(config(train__epochs=1)), ended).state == "finished"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_AS"), reason="no RLIMIT_AS here")
def test_memory_that_runs_out_under_way_leaves_a_run_that_goes_on(
    jobs, config, watch, worker_of, run_to_end
):
    settings = config(model__hidden=[4096], train__epochs=4, data__batch_size=16)
    run = jobs.start_run(settings)
    folder = jobs.store.get(run)
    send(folder, Pause())
    watch(jobs, run, lambda h: h.state == "paused" and h.checkpoints)
    worker = worker_of(folder)
    room = worker.memory_info().vms + 1_000_000
    worker.rlimit(psutil.RLIMIT_AS, (room, psutil.RLIM_INFINITY))
    send(folder, Edit(changes={"data.batch_size": 1024}))
    send(folder, Continue())
    history = watch(jobs, run, ended)
    assert history.state == "failed"
    assert "Memory ran out" in history.message
    assert "resume it from step" in history.message
    run_to_end(jobs, run)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("boot", "words"),
    [("", "was killed and left no final message"), ("another-boot/", "The machine was restarted")],
    ids=["with its server", "with its machine"],
)
def test_a_run_whose_end_nobody_saw_is_lost_and_goes_on(
    tmp_path, config, watch, worker_of, run_to_end, wait, boot, words
):
    jobs = Jobs(tmp_path)
    settings = config(train__epochs=200)
    run = jobs.start_run(settings)
    seen = watch(jobs, run, lambda h: len(h.checkpoints) > 2)
    supervisor, worker = psutil.Process(jobs.pid), worker_of(seen.folder)
    supervisor.suspend()  # it writes no final message for the worker
    worker.kill()
    supervisor.kill()
    wait(lambda: not supervisor.is_running(), "the supervisor to be buried")
    if boot:  # and the id belongs to another program of this boot now: to this one
        record = read_worker(seen.folder.path)
        record = dataclasses.replace(record, pid=os.getpid(), identity=f"{boot}{record.pid}")
        write_worker(seen.folder.path, record)
    after = Jobs(tmp_path)
    history = watch(after, run, lambda h: h.state == "lost")
    assert words in history.message
    assert "resume it from step" in history.message
    assert after.store.list()[0].message == history.message
    np.testing.assert_array_equal(history.steps[: len(seen.steps)], seen.steps)
    broken = run_to_end(after, run)
    whole = watch(after, after.start_run(settings), ended)
    np.testing.assert_array_equal(broken.steps, whole.steps)
    last = psutil.Process(after.pid)
    after.shutdown()
    jobs.shutdown()
    wait(lambda: not last.is_running(), "the supervisor to end")


@pytest.mark.slow
def test_a_process_that_has_the_id_of_a_dead_worker_is_never_signalled(
    tmp_path, config, watch, wait
):
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    jobs = Jobs(tmp_path)
    try:
        folder = RunStore(tmp_path).create(config(train__epochs=2))
        boot, tick = (identity(stranger.pid) or "").rsplit("/", 1)
        other = f"{boot}/{int(tick) - 1}"
        write_worker(folder.path, WorkerRecord(pid=stranger.pid, identity=other))
        assert watch(jobs, folder.id, ended).state == "lost"
        for command in (Pause(), Stop()):
            send(folder, command)
        assert RunQueue(tmp_path).end(folder, 1.0) is None
        delete(folder)
        restore(jobs.store, folder.id)
        jobs.resume_run(folder.id)
        assert watch(jobs, folder.id, lambda h: h.state == "finished").step == 40
        write_worker(folder.path, WorkerRecord(pid=stranger.pid, identity=other))
        supervisor = psutil.Process(jobs.pid)
        jobs.shutdown()
        wait(lambda: not supervisor.is_running(), "the supervisor to end")
        assert stranger.poll() is None
    finally:
        jobs.shutdown()
        stranger.stdin.close()
        assert stranger.wait(20) in (0, 1)  # by itself: its input has ended
