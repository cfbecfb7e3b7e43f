"""What a forked child of the supervisor does: train one run, or do one short job."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path

from mlcore.errors import JobError, MlcoreError, RunError
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.endings import refuse_run
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.short import HANDLERS
from mlcore.run import execute
from mlcore.runs import RunFolder, read_state

__all__ = ["detach", "work_job", "work_run"]


def work_run(folder: RunFolder, threads: int, cache: DataCache) -> int:
    """Train a run to its end; returns the exit status.

    Args:
        folder: the run.
        threads: CPU threads; 0: torch's own choice.
        cache: the data set that is in memory.
    """
    try:
        execute(folder, threads=threads, read=cache.get)
    except RunError as error:
        with contextlib.suppress(OSError):
            print(error, file=sys.stderr, flush=True)  # noqa: T201 (worker.log)
        if read_state(folder) == "queued":  # not even begun
            refuse_run(folder, error)
        return 1
    return 0


def work_job(folder: JobFolder, cache: DataCache) -> int:
    """Do a short job and write its answer; returns the exit status."""
    try:
        folder.begin()
        kind, request = folder.request()
        if kind not in HANDLERS:
            raise JobError(
                "There is no job {kind!r}: use {kinds}.", kind=kind, kinds=", ".join(HANDLERS)
            )
        folder.answer(HANDLERS[kind](request, folder, cache))
    except MlcoreError as error:
        folder.refuse(error)
    except MemoryError:
        folder.refuse(JobError("The job needs more memory than there is: end other programs."))
    except Exception as error:  # noqa: BLE001 (the asker gets a sentence, the log the rest)
        traceback.print_exc()
        folder.refuse(
            JobError(
                "unexpected {type}: {error}; this is a fault of the program, and {log} says where.",
                type=type(error).__name__,
                error=str(error),
                log=folder.path / "worker.log",
            )
        )
    return 0


def detach(log: Path) -> None:
    """Make a forked child independent: own session, no shared pipes, default signal handlers."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError:
        errors = null
    for target, source in ((0, null), (1, errors), (2, errors)):
        os.dup2(source, target)
