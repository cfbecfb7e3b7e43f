"""Appends events to a run's history: by its worker, or by others when it has none."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace

from mlcore import errors
from mlcore.errors import MlcoreError, RunError
from mlcore.events import CheckpointSaved, EpochDone, Event, Failed, Started, StepsDone, Stopped
from mlcore.runs.record.event_log import event_record
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.lines import LineWriter, append_line
from mlcore.runs.record.locks import try_lock
from mlcore.runs.record.reserve import release
from mlcore.runs.record.status import read_state, read_status
from mlcore.runs.record.syncing import BackgroundSync
from mlcore.runs.record.worker import WorkerRecord, read_worker, write_worker

__all__ = [
    "EXIT_SECONDS",
    "Recorder",
    "cancel_start",
    "record_failure",
    "record_late",
    "without_worker",
]

EXIT_SECONDS = 10.0  # seconds that a worker may take to end after its final event


class Recorder:
    """Appends events to a run's history; only one process at a time can hold one.

    Raises:
        RunError: the history cannot be written, or another worker is writing it.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._writer = LineWriter(folder.events_path)
        self._dtype = "float32"  # of the losses, as the last start says
        self._background = BackgroundSync(self._writer.sync)
        until = time.monotonic() + EXIT_SECONDS
        while not try_lock(self._writer.fd):
            # A worker holds the history until its process ends, a little after its final event.
            if read_state(folder) != "queued" or time.monotonic() > until:
                self._writer.close()
                raise _busy(folder)
            time.sleep(0.005)
        if not folder.is_run():  # it was moved to the trash in the meantime
            self._writer.close()
            raise RunError("{path} was deleted before its run began.", path=folder.path)
        self.offset = folder.events_path.stat().st_size  # bytes that were there before

    def record(self, event: Event) -> None:
        """Append one event, with the time (unix seconds).

        Raises:
            RunError: it cannot be written, or the run's folder was deleted.
        """
        self.check()
        if isinstance(event, Failed):
            release(self._writer.path.parent)
        if isinstance(event, Started):
            self._dtype = event.dtype
        self._writer.write(event_record(event, self._dtype))
        if isinstance(event, StepsDone | EpochDone | CheckpointSaved):
            self._background.note(soon=not isinstance(event, StepsDone))
        else:  # rare, and what somebody waits for
            self.sync()

    def sync(self) -> None:
        """Make what was recorded outlast a power cut; a second later that is done anyhow.

        Raises:
            RunError: the disk does not take it.
        """
        self._background.now()

    def check(self) -> None:
        """Make sure that the history is still there.

        Raises:
            RunError: the run's folder was deleted, or the disk does not take what is written.
        """
        self._background.check()
        if os.fstat(self._writer.fd).st_nlink == 0:
            raise RunError("{path} was deleted while its run was training.", path=self._writer.path)

    def close(self) -> None:
        """Close the history, so that another worker can write it."""
        self._background.close()
        self._writer.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def record_failure(folder: RunFolder, error: MlcoreError) -> None:
    """Write into a run's history that it failed, on behalf of a worker that no longer can.

    Raises:
        RunError: the folder is gone or cannot be written, or a worker holds the history.
    """
    if not folder.is_run():
        raise RunError("{path} was deleted.", path=folder.path)

    with without_worker(folder):
        now = read_status(folder)
        nobody = WorkerRecord.nobody(folder.events_path, folder.control_path)
        failed = Failed(
            step=now.step, epoch=now.epoch, message=str(error), error=errors.to_json(error)
        )

        release(folder.path)
        try:  # first the line: with the record alone the run would look lost
            append_line(folder.events_path, event_record(failed))
        finally:
            if now.state == "queued":  # no worker will handle the start that was asked for
                write_worker(folder.path, nobody)


def record_late(folder: RunFolder, event: Event) -> None:
    """Append an event to the history of a run that has ended; not where it was resumed since."""
    with contextlib.suppress(RunError), without_worker(folder):
        append_line(folder.events_path, event_record(event))


@contextlib.contextmanager
def without_worker(folder: RunFolder, seconds: float = 0.0) -> Iterator[None]:
    """Within the block no worker can start the run.

    Args:
        folder: the run.
        seconds: how long to wait for one that holds the history now.

    Raises:
        RunError: a worker holds the history.
    """
    try:
        fd = os.open(folder.events_path, os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError:  # it cannot be written: no worker can start it either
        yield
        return

    try:
        until = time.monotonic() + seconds
        while not try_lock(fd):
            if time.monotonic() >= until or read_state(folder) in ("running", "paused"):
                raise _busy(folder)
            time.sleep(0.005)
        yield
    finally:
        os.close(fd)


def _busy(folder: RunFolder) -> RunError:
    return RunError(
        "Run {run} is being trained by another process already: stop that one first.", run=folder.id
    )


def cancel_start(folder: RunFolder) -> bool:
    """Take back the start that was asked for; False if a worker was quicker.

    A run that never trained is stopped then, and its history says that it was cancelled. One
    that was to be resumed is what it was before.

    Raises:
        RunError: its folder cannot be written.
    """
    if read_state(folder) != "queued":
        return False
    try:
        with Recorder(folder) as recorder:  # held, so that no worker can start meanwhile
            if read_state(folder) != "queued":
                return False
            worker = read_worker(folder.path)
            nobody = WorkerRecord.nobody(folder.events_path, folder.control_path)
            if worker is not None:
                write_worker(folder.path, replace(worker, control_from=nobody.control_from))
            else:
                write_worker(folder.path, nobody)
                recorder.record(Stopped(step=0, epoch=0, reason="cancelled"))
    except RunError:
        if read_state(folder) != "queued":
            return False
        raise
    return True
