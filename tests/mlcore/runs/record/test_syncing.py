"""A log is synced while its writer works on."""

import os
import threading
import time
from pathlib import Path

import pytest

from mlcore.errors import RunError
from mlcore.events import EpochDone, Paused
from mlcore.runs import Recorder
from mlcore.runs.record.syncing import BackgroundSync


class Counted:
    """A sync that counts its calls, and fails if it is to."""

    def __init__(self):
        self.times, self.called, self.threads = [], threading.Event(), set()
        self.error = None

    def __call__(self):
        self.times.append(time.monotonic())
        self.threads.add(threading.current_thread())
        self.called.set()
        if self.error:
            raise self.error

    def wait(self):
        assert self.called.wait(60)
        self.called.clear()


@pytest.fixture
def counted():
    return Counted()


@pytest.fixture
def background(counted):
    background = BackgroundSync(counted)
    yield background
    background.close()


def test_what_was_written_is_synced_in_another_thread_and_once(background, counted):
    began = time.monotonic()
    for _ in range(100):
        background.note()
    counted.wait()
    assert threading.current_thread() not in counted.threads
    assert counted.times[0] - began > 0.5  # many writes, one sync
    background.close()
    assert len(counted.times) == 1


def test_what_matters_is_synced_at_once(background, counted):
    background.note()
    background.note(soon=True)
    counted.wait()
    background.now()
    assert threading.current_thread() in counted.threads


def test_nothing_written_is_no_sync_and_no_thread(background, counted):
    before = threading.active_count()
    background.check()
    background.close()
    assert (counted.times, threading.active_count()) == ([], before)


def test_a_disk_that_does_not_take_it_is_reported(background, counted):
    counted.error = RunError("The disk is read-only.")
    background.note(soon=True)
    counted.wait()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            background.check()
        except RunError:
            break
        time.sleep(0.001)
    with pytest.raises(RunError, match="read-only"):
        background.check()


def test_a_history_syncs_what_somebody_waits_for_before_it_goes_on(
    folder, started, steps, epoch_done, monkeypatch
):
    synced = []

    def fsync(descriptor):
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        synced.append((path, os.fstat(descriptor).st_size, threading.current_thread()))

    with Recorder(folder) as recorder:
        monkeypatch.setattr(os, "fsync", fsync)
        for event in (started(), Paused(step=0, epoch=0)):
            recorder.record(event)
            sizes = [size for path, size, _ in synced if path == str(folder.events_path)]
            assert sizes[-1] == folder.events_path.stat().st_size
        assert str(folder.path) in {path for path, *_ in synced}  # its name too
        assert {thread for *_, thread in synced} == {threading.current_thread()}
        recorder.record(steps(1, 5))
        recorder.record(epoch_done(1, 5))
        assert isinstance(epoch_done(1, 5), EpochDone)
        size, until = folder.events_path.stat().st_size, time.monotonic() + 60
        while not any(s == size and t != threading.current_thread() for _, s, t in synced):
            assert time.monotonic() < until
            time.sleep(0.001)


def test_a_run_whose_disk_turns_read_only_ends_with_a_sentence(folder, steps, monkeypatch):
    def refuse(_):
        raise OSError(30, "Read-only file system")

    with Recorder(folder) as recorder:
        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(RunError, match=r"events\.jsonl cannot be written \(Read-only"):
            recorder.record(Paused(step=0, epoch=0))
