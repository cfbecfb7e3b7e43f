"""The supervisor: torch in memory, one thread, one forked child for each run or short job.

`python -m mlcore.jobs.supervisor`, started by `Jobs`, which writes requests to its input, one
JSON object a line:

    {"do": "warm", "name": "mnist", "root": "data"}      hold this data set ready
    {"do": "run", "folder": "runs/…", "threads": 2}      train this run
    {"do": "job", "folder": "runs/.jobs/…", "limit": 120}    do this short job, in so many seconds

Answers are written to the folders. When its input ends it waits for its short jobs and exits;
runs train on without it. It never touches a GPU, and never runs a backward pass: autograd would
start threads for the GPUs, and a process with threads must not fork.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from mlcore.config import RunConfig
from mlcore.errors import JobError, RunError
from mlcore.files import size_of
from mlcore.jobs.data_cache import DataCache
from mlcore.jobs.endings import end_job, end_run, refuse_run
from mlcore.jobs.folder import JobFolder
from mlcore.jobs.worker import detach, work_job, work_run
from mlcore.model import MLP
from mlcore.optim import build_optimizer
from mlcore.runs import RunFolder

__all__ = ["Supervisor", "main", "rehearse"]


@dataclass(slots=True)
class _Child:
    ended: Callable[[int], None]  # called with the exit code
    deadline: float | None = None  # of a short job, on the monotonic clock
    job: JobFolder | None = None  # of a short job: the supervisor outlives it


class Supervisor:
    """Takes requests from a pipe, forks, and reaps; all in one thread."""

    def __init__(self, requests: int = 0) -> None:
        self._requests = requests  # file descriptor
        self._buffer = b""
        self._open = True
        self._children: dict[int, _Child] = {}
        self._cache = DataCache()

    def serve(self, prepare: Callable[[], None] = lambda: None) -> None:
        """Work until the requests have ended and every short job is done.

        Args:
            prepare: called once, after the requests that wait already.
        """
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        unprepared = True
        while self._open or any(child.job for child in self._children.values()):
            watched = [woken, *([self._requests] if self._open else [])]
            ready, _, _ = select.select(
                watched, [], [], 0.0 if unprepared and self._open else self._timeout()
            )
            if unprepared and not ready and self._open:
                unprepared = False
                prepare()
            if woken in ready:
                os.read(woken, 4096)
            self._reap()
            if self._requests in ready:
                self._read()

    def _read(self) -> None:
        chunk = os.read(self._requests, 65_536)
        self._open = bool(chunk)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            try:
                self._handle(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                _log(f"not a request: {line[:200]!r}")
        if not chunk:  # the server has ended: nobody waits for what takes long
            for child in self._children.values():
                if child.job is not None:
                    child.job.ask_stop()

    def _handle(self, request: dict[str, Any]) -> None:
        match request["do"]:
            case "warm":
                self._cache.load(str(request["name"]), Path(request["root"]))
                gc.collect()
                gc.freeze()
            case "run":
                self._start_run(RunFolder(Path(request["folder"])), int(request["threads"]))
            case "job":
                self._start_job(JobFolder(Path(request["folder"])), request.get("limit"))
            case other:
                _log(f"not a request: {other!r}")

    def _start_run(self, folder: RunFolder, threads: int) -> None:
        asked = size_of(folder.control_path)
        child = _Child(ended=lambda code: end_run(folder, code, asked))
        try:
            self._fork(child, folder.path, lambda: work_run(folder, threads, self._cache))
        except OSError as error:
            refuse_run(folder, _cannot_fork(error))

    def _start_job(self, folder: JobFolder, limit: float | None) -> None:
        def ended(code: int) -> None:
            late = child.deadline is not None and time.monotonic() >= child.deadline
            end_job(folder, code, limit if late and code == -signal.SIGKILL else None)

        deadline = None if limit is None else time.monotonic() + limit
        child = _Child(ended=ended, deadline=deadline, job=folder)
        try:
            self._fork(child, folder.path, lambda: work_job(folder, self._cache))
        except OSError as error:
            with contextlib.suppress(RunError):
                folder.refuse(_cannot_fork(error))

    def _fork(self, child: _Child, folder: Path, work: Callable[[], int]) -> None:
        """Do `work` in a child process, which never returns from here."""
        pid = os.fork()
        if pid:
            self._children[pid] = child
            return
        code = 70
        try:
            detach(folder / "worker.log")
            code = work()
        except BaseException:  # noqa: BLE001 (no exception may reach the supervisor's loop)
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(code)

    def _timeout(self) -> float | None:
        """Seconds until the next short job is due; None: there is no limit."""
        deadlines = [c.deadline for c in self._children.values() if c.deadline is not None]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _reap(self) -> None:
        """Reap children that have ended, end those that take too long."""
        for pid, child in list(self._children.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del self._children[pid]
                child.ended(os.waitstatus_to_exitcode(status))
            elif child.deadline is not None and time.monotonic() >= child.deadline:
                os.kill(pid, signal.SIGKILL)  # not reaped yet, so the id is still its own
                del self._children[pid]
                _, status = os.waitpid(pid, 0)
                child.ended(os.waitstatus_to_exitcode(status))


def rehearse() -> None:
    """Do once what each run does first, so that no child has to: no autograd, no GPU.

    No step of the optimizer either: its first one imports torch's compiler (about a second, and
    100 MB), which the written-out step never needs.
    """
    config = RunConfig()
    model = MLP(config.model)
    build_optimizer(model.parameters(), config.optim)
    with torch.no_grad():
        images, labels = torch.zeros(2, model.inputs), torch.zeros(2, dtype=torch.long)
        torch.nn.functional.nll_loss(model(images), labels)


def main() -> None:
    """Serve the requests on standard input, with torch in memory."""
    # OpenMP read the variable when torch was imported; children choose for themselves.
    os.environ.pop("OMP_NUM_THREADS", None)
    torch.set_num_threads(1)

    def prepare() -> None:
        rehearse()
        gc.collect()
        gc.freeze()

    Supervisor().serve(prepare)


def _cannot_fork(error: OSError) -> JobError:
    return JobError(
        "No process could be started ({reason}): try again later.", reason=error.strerror
    )


def _log(message: str) -> None:
    with contextlib.suppress(OSError):  # its disk may be full
        print(message, file=sys.stderr, flush=True)  # noqa: T201 (supervisor.log)


if __name__ == "__main__":
    main()
