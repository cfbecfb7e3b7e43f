"""A run keeps room on the disk for its final message."""

import errno
import os

import pytest

from mlcore.errors import RunError
from mlcore.events import Failed
from mlcore.files import write_atomically
from mlcore.runs import History, Recorder, ask_resume, read_state, record_failure
from mlcore.runs.record.reserve import release, reserve


@pytest.fixture
def full_disk(folder, monkeypatch):
    """A disk that holds nothing more while the run's reserve is there."""
    write = os.write

    def fails():
        if (folder.path / ".reserve").exists():
            raise OSError(errno.ENOSPC, "No space left on device")

    def write_line(fd, data):
        fails()
        return write(fd, data)

    def write_whole(path, text, *, sync=True):
        try:
            fails()
        except OSError as error:
            raise RunError("No space left on device.") from error
        write_atomically(path, text, sync=sync)

    monkeypatch.setattr("mlcore.runs.record.lines.os.write", write_line)
    monkeypatch.setattr("mlcore.runs.record.worker.write_atomically", write_whole)


def outcome(folder):
    history = History(folder)
    history.refresh()
    return history.state, history.message


def test_a_new_run_has_a_reserve_and_one_that_is_resumed_has_it_again(folder):
    file = folder.path / ".reserve"
    assert file.stat().st_size == 16 * 1024
    record_failure(folder, RunError("No memory."))
    assert not file.exists()
    ask_resume(folder)
    content = file.read_bytes()
    reserve(folder.path)
    assert file.read_bytes() == content
    release(folder.path)
    release(folder.path)
    assert not file.exists()


def test_the_failure_of_a_worker_is_recorded_on_a_full_disk(folder, started, full_disk):
    with Recorder(folder) as recorder:
        with pytest.raises(RunError, match="No space left"):
            recorder.record(started())
        recorder.record(Failed(step=0, epoch=0, message="No space left on device."))
    assert outcome(folder) == ("failed", "No space left on device.")


def test_a_failure_on_behalf_of_a_worker_is_recorded_on_a_full_disk(folder, full_disk):
    record_failure(folder, RunError("No space left on device."))
    assert outcome(folder) == ("failed", "No space left on device.")


def test_where_there_is_no_room_for_a_reserve_nothing_is_resumed(folder, monkeypatch):
    def refuse(*_):
        raise RunError("No space left on device.")

    record_failure(folder, RunError("No space left on device."))
    monkeypatch.setattr("mlcore.runs.record.reserve.write_atomically", refuse)
    with pytest.raises(RunError, match="No space left"):
        ask_resume(folder)
    assert read_state(folder) == "failed"
