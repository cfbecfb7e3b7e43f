"""The disk fills up under a run: a sentence each time, and it resumes once there is room."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from mlcore.commands import Continue, Pause, Stop
from mlcore.errors import JobError, RunError
from mlcore.jobs import Jobs
from mlcore.runs import ENDED, send

pytestmark = [
    pytest.mark.usefixtures("nobody_left"),
    pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="no RLIMIT_FSIZE here"),
]

SMALL = {"model__hidden": [1], "train__epochs": 60}


@contextlib.contextmanager
def largest_file(size: int, pid: int = 0) -> Iterator[None]:
    """No file that a process (and what it forks) writes can grow beyond `size` bytes."""
    process = psutil.Process(pid or None)
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.rlimit(psutil.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB, where this user may mount one; the limits above do without."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "mlcore-test", str(disk)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("this user may not mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take all room that is left on a disk."""
    ballast = disk / ".ballast"
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def ended(history):
    return history.state in ENDED


def reason_in_log(folder):
    """Whether the worker said in its log that the history can no longer grow."""
    last = (folder.path / "worker.log").read_text().splitlines()[-1]
    return str(folder.events_path) in last and "room on" in last


@pytest.fixture
def whole(jobs: Jobs, config, watch) -> Callable[..., np.ndarray]:
    """The losses of the same run where nothing happens to it."""

    def train(**changes):
        return watch(jobs, jobs.start_run(config(**SMALL | changes)), ended).steps

    return train


def _saved_last(history):
    """Why the last checkpoint was written."""
    return history.checkpoints[-1].reason if history.checkpoints else None


def test_a_history_that_cannot_grow_is_a_sentence_and_the_run_resumes(
    jobs, config, watch, worker_of, run_to_end, whole
):
    run = jobs.start_run(config(**SMALL))
    folder = jobs.store.get(run)
    send(folder, Pause())
    before = watch(jobs, run, lambda h: h.state == "paused" and _saved_last(h) == "paused")
    with largest_file(folder.events_path.stat().st_size + 700, worker_of(folder).pid):
        send(folder, Continue())
        history = watch(jobs, run, lambda h: h.state == "failed")
    assert "worker.log in the run's folder says why" in history.message
    assert reason_in_log(folder)
    np.testing.assert_array_equal(history.steps[: len(before.steps)], before.steps)
    np.testing.assert_array_equal(run_to_end(jobs, run).steps, whole())


@pytest.mark.slow
def test_where_nobody_can_write_the_history_the_reason_is_in_the_log_beside_it(
    jobs, config, watch, run_to_end, whole
):
    supervisor = psutil.Process(jobs.pid)
    with largest_file(25_000, supervisor.pid):
        run = jobs.start_run(config(**SMALL))
        history = watch(jobs, run, ended)
        jobs.call("devices", {})  # the supervisor takes it up when the worker is buried
        assert not history.refresh()
    assert history.state == "lost"
    assert "worker.log in the run's folder may say why: resume it from step" in history.message
    assert reason_in_log(history.folder)
    assert jobs.store.list()[0].message == history.message
    assert supervisor.is_running()
    assert 0 < len(history.steps) < 60 * 20
    assert jobs.store.get(run).events_path.stat().st_size <= 25_000
    history = run_to_end(jobs, run)
    np.testing.assert_array_equal(history.steps, whole())
    assert history.damaged <= 1


@pytest.mark.slow
def test_a_checkpoint_that_finds_no_room_leaves_the_one_before(
    jobs, config, watch, worker_of, run_to_end
):
    wide = config(model__hidden=[256], train__epochs=40)
    run = jobs.start_run(wide)
    folder = jobs.store.get(run)
    watch(jobs, run, lambda h: h.checkpoints)
    send(folder, Pause())
    watch(jobs, run, lambda h: h.state == "paused")
    with largest_file(400_000, worker_of(folder).pid):
        send(folder, Continue())
        history = watch(jobs, run, lambda h: h.state == "failed")
    assert "The checkpoint" in history.message
    assert "make room" in history.message
    kept = {path.name for path in folder.checkpoints_path.iterdir()}
    assert kept == {saved.file for saved in history.checkpoints} & kept
    last = folder.last_checkpoint()
    assert last is not None
    assert last.name == history.checkpoints[-1].file
    again = jobs.start_run(wide)
    np.testing.assert_array_equal(
        run_to_end(jobs, run).steps, watch(jobs, again, lambda h: h.state == "finished").steps
    )


def test_a_command_that_finds_no_room_is_a_sentence_and_the_next_is_handled(jobs, config, watch):
    run = jobs.start_run(config())
    folder = jobs.store.get(run)
    before = watch(jobs, run, lambda h: len(h.steps) > 0)
    with largest_file(10), pytest.raises(RunError, match=r"control\.jsonl took only 10"):
        send(folder, Stop())
    with largest_file(10), pytest.raises(RunError, match=r"control\.jsonl cannot be written"):
        send(folder, Stop())
    watch(jobs, run, lambda h: h.state == "running" and len(h.steps) > len(before.steps))
    send(folder, Stop())
    assert watch(jobs, run, ended).state == "stopped"


@pytest.mark.parametrize("size", [0, 100, 3000])
def test_a_new_run_that_finds_no_room_leaves_nothing(jobs, config, tmp_path, size):
    before = {path.name for path in jobs.store.root.iterdir()}
    with largest_file(size), pytest.raises(RunError, match="room on its disk"):
        jobs.start_run(config())
    start = tmp_path / "start.pt"
    start.write_bytes(bytes(8192))
    with largest_file(size), pytest.raises(RunError, match="has room"):
        jobs.start_run(config(), checkpoint=start)
    assert {path.name for path in jobs.store.root.iterdir()} == before


def test_a_short_job_that_finds_no_room_is_a_sentence(jobs, wait):
    with largest_file(10), pytest.raises(JobError, match="cannot hold a new job"):
        jobs.call("devices", {})
    with largest_file(0, jobs.pid), pytest.raises(JobError, match="without an answer"):
        jobs.call("devices", {})
    assert jobs.call("devices", {})["devices"]


@pytest.fixture
def small(small_disk: Path, wait) -> Iterator[Jobs]:
    """A server whose runs lie on the small disk."""
    server = Jobs(small_disk)
    yield server
    supervisor = server.pid
    server.shutdown()
    wait(lambda: not psutil.pid_exists(supervisor), "the supervisor to end")


@pytest.mark.slow
def test_a_disk_that_is_really_full(small, small_disk, config, watch, run_to_end, jobs, whole):
    run = small.start_run(config(**SMALL | {"train__epochs": 300}))
    folder = small.store.get(run)
    watch(small, run, lambda h: h.checkpoints)
    send(folder, Pause())
    watch(small, run, lambda h: h.state == "paused")
    ballast = fill(small_disk)
    send(folder, Continue())  # a page of the log was there already
    assert watch(small, run, ended).state == "failed"
    fill(small_disk)
    with pytest.raises(RunError, match="No space left"):
        small.start_run(config(**SMALL))
    with pytest.raises(JobError, match="No space left"):
        small.submit("devices", {})
    message = watch(small, run, ended).message
    assert "No space left" in message or "took only" in message
    assert small.store.list()[0].message == message
    ballast.unlink()
    history = run_to_end(small, run)
    np.testing.assert_array_equal(history.steps, whole(train__epochs=300))
    assert not [path for path in folder.checkpoints_path.iterdir() if path.suffix != ".pt"]


@pytest.mark.slow
def test_a_run_that_finds_no_room_to_begin(small, small_disk, config, watch, run_to_end):
    run = small.start_run(config(**SMALL))  # the supervisor still imports torch
    ballast = fill(small_disk)
    history = watch(small, run, ended)
    assert (history.state, history.step) == ("failed", 0)
    assert "No space left" in history.message
    assert psutil.pid_exists(small.pid)
    ballast.unlink()
    run_to_end(small, run)
