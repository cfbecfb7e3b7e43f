"""A run's folder is deleted or made read-only: one sentence, and nobody else is harmed."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mlcore.commands import Continue, Pause, Stop
from mlcore.errors import JobError, RunError
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, History, RunStore, read_state, send
from mlcore.runs.library.trash import delete, restore, trash

pytestmark = pytest.mark.usefixtures("nobody_left")


def ended(history):
    return history.state in ENDED


def _try(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], Callable[[], None]]]:
    """Makes a folder unwritable, for root too; what it returns makes it writable again."""
    undo: list[Callable[[], None]] = []

    def freeze(path: Path) -> Callable[[], None]:
        path.chmod(0o555)
        ways = [lambda: path.chmod(0o755)]
        if os.access(path, os.W_OK) and _try("chattr", "+i", str(path)):  # we are root
            ways.insert(0, lambda: _try("chattr", "-i", str(path)))
        if os.access(path, os.W_OK) and _try("mount", "--bind", str(path), str(path)):
            ways.insert(0, lambda: _try("umount", str(path)))
            _try("mount", "-o", "remount,ro,bind", str(path))

        def thaw() -> None:
            while ways:
                ways.pop(0)()

        undo.append(thaw)
        if os.access(path, os.W_OK):
            pytest.skip("nothing is read-only for this user")
        return thaw

    yield freeze
    for thaw in undo:
        thaw()


@pytest.mark.parametrize("paused", [False, True])
def test_a_folder_deleted_under_its_worker_stays_gone(jobs, config, watch, worker_of, wait, paused):
    run, other = (jobs.start_run(config(train__epochs=10_000)) for _ in range(2))
    folder = jobs.store.get(run)
    watch(jobs, run, lambda h: len(h.steps) > 0)
    send(folder, Pause())
    history = watch(jobs, run, lambda h: h.state == "paused")
    worker = worker_of(folder)
    if not paused:
        send(folder, Continue())
        history = watch(jobs, run, lambda h: h.state == "running")
    while folder.path.exists():  # a checkpoint may be written into what is being deleted
        shutil.rmtree(folder.path, ignore_errors=True)
    wait(lambda: not worker.is_running(), "the worker to end by itself")
    wait(lambda: worker not in psutil.Process(jobs.pid).children(), "it to be buried")
    jobs.call("devices", {})
    history.refresh()
    assert history.state == "lost"
    assert "is gone" in history.message
    assert not folder.path.exists()
    assert run not in [info.id for info in jobs.store.list()]
    seen = watch(jobs, other, lambda h: h.state == "running")
    watch(jobs, other, lambda h: len(h.steps) > len(seen.steps))
    send(jobs.store.get(other), Stop())
    assert watch(jobs, other, ended).state == "stopped"


@pytest.mark.slow
def test_a_folder_deleted_before_its_worker_came_is_not_trained(tmp_path, config, wait):
    jobs = Jobs(tmp_path)  # it still imports torch
    folder = jobs.store.get(jobs.start_run(config()))
    with pytest.raises(RunError, match="is about to start: stop it before it is deleted"):
        delete(folder)
    shutil.rmtree(folder.path)
    jobs.call("devices", {})
    supervisor = psutil.Process(jobs.pid)
    wait(lambda: not supervisor.children(), "the worker to be buried")
    assert not folder.path.exists()
    other = jobs.start_run(config(train__epochs=1))  # its slot is free again
    wait(lambda: read_state(jobs.store.get(other)) == "finished", "the other run's end")
    jobs.shutdown()
    wait(lambda: not supervisor.is_running(), "the supervisor to end")


def test_a_run_deleted_right_after_its_final_event_lies_whole_in_the_trash(
    jobs, config, watch, worker_of, wait
):
    folder = jobs.store.get(jobs.start_run(config()))
    wait(lambda: read_state(folder) == "running", "the start")
    worker = worker_of(folder)
    with pytest.raises(RunError, match="is running: stop it before it is deleted"):
        delete(folder)
    send(folder, Stop())
    wait(lambda: read_state(folder) == "stopped", "the final event")
    delete(folder)  # its worker holds the history until it ends
    wait(lambda: not worker.is_running(), "the worker to be buried")
    jobs.call("devices", {})
    assert not folder.path.exists()
    history = History(trash(jobs.store).get(folder.id))
    history.refresh()
    assert (history.state, history.damaged) == ("stopped", 0)
    restore(jobs.store, folder.id)
    jobs.resume_run(folder.id)
    watch(jobs, folder.id, lambda h: h.state == "running" and h.step > history.step)
    send(folder, Stop())
    watch(jobs, folder.id, ended)


@pytest.mark.slow
def test_a_read_only_run_ends_at_its_next_checkpoint_and_goes_on_when_it_can(
    jobs, config, watch, read_only, run_to_end
):
    run = jobs.start_run(config(train__epochs=300))
    folder = jobs.store.get(run)
    send(folder, Pause())
    watch(jobs, run, lambda h: h.state == "paused" and h.checkpoints)
    thaw, thaw_inner = read_only(folder.path), read_only(folder.checkpoints_path)
    send(folder, Continue())
    history = watch(jobs, run, ended)
    assert "The checkpoint" in history.message
    thaw()
    thaw_inner()
    run_to_end(jobs, run)


@pytest.mark.slow
def test_a_run_whose_folder_is_read_only_from_the_start_says_why(
    tmp_path, config, watch, read_only, wait
):
    jobs = Jobs(tmp_path)  # it still imports torch
    run = jobs.start_run(config(train__epochs=3))
    thaw = read_only(jobs.store.get(run).path)
    history = watch(jobs, run, ended)
    assert "cannot be written, so no worker can train there: make it writable" in history.message
    (info,) = jobs.store.list()
    assert (info.state, info.message) == ("lost", history.message)
    with pytest.raises(RunError, match=r"control\.jsonl cannot be written"):
        jobs.resume_run(run)
    supervisor = psutil.Process(jobs.pid)
    for _ in range(2):  # behind the first one's answer the worker is buried
        jobs.call("devices", {})
        wait(lambda: not supervisor.children(), "the worker to end")
    thaw()
    jobs.resume_run(run)
    assert watch(jobs, run, lambda h: h.state == "finished").step == 60
    jobs.shutdown()
    wait(lambda: not supervisor.is_running(), "the supervisor to end")


def test_a_checkpoints_folder_that_is_none_any_more_ends_its_run_in_a_sentence(
    jobs, config, watch, run_to_end
):
    """What a disk gone bad looks like, for every user and on every system."""
    run = jobs.start_run(config(train__epochs=60))
    folder = jobs.store.get(run)
    send(folder, Pause())
    watch(jobs, run, lambda h: h.state == "paused" and h.checkpoints)
    aside = folder.checkpoints_path.rename(folder.path / "aside")
    folder.checkpoints_path.write_text("no folder")
    send(folder, Continue())
    history = watch(jobs, run, lambda h: h.state == "failed")
    assert "The checkpoint" in history.message
    folder.checkpoints_path.unlink()
    aside.rename(folder.checkpoints_path)
    run_to_end(jobs, run)


def test_a_runs_folder_that_is_a_file_starts_nothing_and_says_so(tmp_path, config):
    (tmp_path / "runs").write_text("no folder")
    jobs = Jobs(tmp_path / "runs")
    assert (jobs.store.list(), jobs.pid) == ([], None)
    with pytest.raises(RunError, match=r"runs.* cannot be written"):
        jobs.start_run(config())
    with pytest.raises(JobError, match="cannot hold a new job"):
        jobs.call("devices", {})
    jobs.shutdown()


@pytest.mark.slow
def test_a_read_only_runs_folder_is_listed_and_starts_nothing(tmp_path, config, read_only, wait):
    runs = tmp_path / "runs"
    folder = RunStore(runs).create(config(), name="mine")
    thaw = read_only(runs)
    jobs = Jobs(runs)
    assert [info.name for info in jobs.store.list()] == ["mine"]
    with pytest.raises(RunError, match=r"runs.* cannot be written"):
        jobs.start_run(config())
    with pytest.raises(JobError, match="cannot hold a new job"):
        jobs.call("devices", {})
    with pytest.raises(RunError, match=r"runs.* cannot be written"):
        delete(folder)
    assert jobs.pid is None
    thaw()
    assert jobs.call("devices", {})["devices"]
    supervisor = psutil.Process(jobs.pid)
    jobs.shutdown()
    wait(lambda: not supervisor.is_running(), "the supervisor to end")
