"""What is written on behalf of a process that ended without reporting how."""

from __future__ import annotations

import contextlib
import shutil
import signal

from mlcore.errors import JobError, MlcoreError, RunError
from mlcore.jobs.folder import JobFolder
from mlcore.runs import RunFolder, read_state, record_failure
from mlcore.runs.record.control import start_lock
from mlcore.runs.record.messages import resume_advice
from mlcore.runs.record.status import start_asked

__all__ = ["end_job", "end_run", "exit_reason", "refuse_run"]

_CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")


def exit_reason(code: int) -> JobError:
    """How a process ended, as a clause without a full stop.

    Args:
        code: its exit code; negative: a signal's number.
    """
    if code >= 0:
        return JobError("The process ended with exit status {status}", status=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return JobError("The process was killed (SIGKILL), perhaps because memory ran out")
    if name in _CRASHES:
        return JobError("The process crashed ({signal})", signal=name)
    return JobError("The process was ended ({signal})", signal=name)


def end_run(folder: RunFolder, code: int, asked: int) -> None:
    """Write into a run's history why its worker is gone, unless the worker did.

    Args:
        folder: the run.
        code: exit code of the worker.
        asked: bytes of the control log when the worker was started. A start that was asked for
            since then is another worker's.
    """
    with contextlib.suppress(RunError), start_lock(folder):  # nobody resumes it in between
        if start_asked(folder.control_path, asked):
            return
        if read_state(folder) in ("lost", "queued"):
            refuse_run(folder, _run_error(folder, code))


def _run_error(folder: RunFolder, code: int) -> JobError:
    reason, advice = exit_reason(code), resume_advice(folder)
    if code > 0:
        return JobError(
            "{reason}, and worker.log in the run's folder says why: {advice}.",
            reason=reason,
            advice=advice,
        )
    return JobError("{reason}: {advice}.", reason=reason, advice=advice)


def refuse_run(folder: RunFolder, error: MlcoreError) -> None:
    """Write into a run's history that it failed; where that is impossible, it counts as lost."""
    with contextlib.suppress(RunError):
        record_failure(folder, error)


def end_job(folder: JobFolder, code: int, limit: float | None = None) -> None:
    """Write the error of a job whose process ended without an answer.

    Args:
        folder: the job's.
        code: exit code of its process.
        limit: seconds, where it was ended for taking longer.
    """
    if folder.done or not folder.path.is_dir():
        return
    if limit is not None:
        error = JobError(
            "The job took more than {seconds:.0f} s and was ended: try a smaller request.",
            seconds=limit,
        )
    else:
        error = JobError("{reason}: the file or request was too much.", reason=exit_reason(code))
    try:
        folder.refuse(error)
    except RunError:  # the asker sees that the folder is gone, and its room is free
        shutil.rmtree(folder.path, ignore_errors=True)
