"""What is written for a worker that ended without a word of its own. No torch."""

from __future__ import annotations

import contextlib
import shutil
import signal

from mlcore.errors import JobError, RunError
from mlcore.files import size_of
from mlcore.jobs.folder import JobFolder
from mlcore.runs import RunFolder, read_state, record_failure
from mlcore.runs.record.control import asking
from mlcore.runs.record.messages import way_on
from mlcore.runs.record.status import start_asked

__all__ = ["asked_so_far", "end_job", "end_run", "refuse_run", "words"]


def words(code: int) -> str:
    """An exit code (negative: a signal's number) in words."""
    if code >= 0:
        return f"ended with exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "was killed (SIGKILL), perhaps because memory ran out"
    crashed = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
    return f"{'crashed' if name in crashed else 'was ended'} ({name})"


def asked_so_far(folder: RunFolder) -> int:
    """Bytes of a run's control log; what stands behind them was asked later."""
    return size_of(folder.control_path)


def end_run(folder: RunFolder, code: int, asked: int) -> None:
    """Write into a run's history why its worker is gone, unless it said so itself.

    Args:
        folder: the run.
        code: exit code of the worker.
        asked: `asked_so_far` when the worker was started. A start that was asked for since then
            is another worker's.
    """
    with contextlib.suppress(RunError), asking(folder):  # nobody resumes it in between
        if start_asked(folder.control_path, asked):
            return
        if read_state(folder) in ("lost", "queued"):
            log = ", and worker.log in the run's folder says why" if code > 0 else ""
            refuse_run(folder, f"The worker {words(code)}{log}: {way_on(folder)}.")


def refuse_run(folder: RunFolder, message: str) -> None:
    """Write into a run's history that it failed; where even that cannot be, it counts as lost."""
    with contextlib.suppress(RunError):
        record_failure(folder, message)


def end_job(folder: JobFolder, code: int, limit: float | None = None) -> None:
    """Answer for a job whose process ended without an answer.

    Args:
        folder: the job's.
        code: exit code of its process.
        limit: seconds, where it was ended for taking longer.
    """
    if folder.done or not folder.path.is_dir():
        return
    if limit is not None:
        message = f"The job took more than {limit:.0f} s and was ended: try a smaller request."
    else:
        message = f"The process that did the job {words(code)}: the file or request was too much."
    try:
        folder.refuse(JobError(message))
    except RunError:  # whoever asked sees it gone, and its room is free
        shutil.rmtree(folder.path, ignore_errors=True)
