"""The supervisor's client: starts it, hands it requests, and replaces it when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from mlcore.errors import JobError
from mlcore.jobs.endings import refuse_run
from mlcore.jobs.folder import JobFolder, jobs_root
from mlcore.runs import RunFolder, read_state

__all__ = ["SupervisorClient"]

_TRIES = 2  # supervisors that may die over one request


class SupervisorClient:
    """A pipe to a supervisor, which is started, reaped and, when it dies, replaced.

    Requests that a dead supervisor may not have read go to the next one, twice at most: a
    request that kills supervisors is refused instead of killing a third.

    Args:
        runs: folder of all runs.

    Raises:
        JobError: this system cannot fork processes.
    """

    def __init__(self, runs: Path) -> None:
        if not hasattr(os, "fork"):
            raise JobError(
                "Training from the page needs Linux or macOS: on Windows start the page in WSL, "
                "or train in a shell with `mlcore train`."
            )
        self._log = jobs_root(runs) / "supervisor.log"
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pending: dict[str, tuple[dict[str, Any], int]] = {}  # folder → request, tries
        self._warm: dict[str, Any] | None = None
        self._closed = False
        with self._lock, contextlib.suppress(JobError):  # runs can be read without one
            self._start()

    @property
    def pid(self) -> int | None:
        """Process id of the supervisor."""
        return self._process.pid if self._process else None

    def send(self, request: dict[str, Any]) -> None:
        """Hand over a request.

        Raises:
            JobError: no supervisor can be started.
        """
        with self._lock:
            if self._closed:
                raise JobError("The server is shutting down: nothing new can be started.")
            self._drop_answered()
            if request["do"] == "warm":
                self._warm = request
            else:
                self._pending[request["folder"]] = (request, 1)
            if self._process is None:
                try:
                    self._start()
                except JobError:
                    self._pending.pop(request.get("folder", ""), None)
                    raise
            elif not _write(self._process.stdin, request):
                self._replace(self._process)

    def forget(self, folder: Path) -> None:
        """Do not repeat this request, should the present supervisor die."""
        with self._lock:
            self._pending.pop(str(folder), None)

    def is_pending(self, folder: Path) -> bool:
        """Whether a request is under way that the folder need not show yet."""
        with self._lock:
            return str(folder) in self._pending and self._process is not None and folder.is_dir()

    def close(self) -> None:
        """End the requests: the supervisor finishes its short jobs and exits."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):  # it died before
                process.stdin.close()

    def _start(self) -> None:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "mlcore.jobs.supervisor"],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, "OMP_NUM_THREADS": "1"},
                    start_new_session=True,  # Ctrl-C is for the server
                )
        except OSError as error:
            raise JobError(
                "No process can be started to train in ({reason}): check that {folder} can be "
                "written, and try again.",
                reason=error.strerror,
                folder=self._log.parent,
            ) from error
        self._process = process
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        for request in (
            *filter(None, [self._warm]),
            *(asked for asked, _ in self._pending.values()),
        ):
            _write(process.stdin, request)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        with self._lock:
            self._replace(process)

    def _replace(self, process: subprocess.Popen[bytes]) -> None:
        """Start another supervisor after this one died, if any request is unanswered."""
        if self._process is not process:
            return
        self._process = None
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # what was in the pipe is lost, and sent again
                process.stdin.close()
        process.wait()
        self._drop_answered()
        for folder, (request, tries) in list(self._pending.items()):
            if request["do"] == "job" and JobFolder(Path(folder)).working:
                del self._pending[folder]  # its child outlived the supervisor
            elif tries >= _TRIES:
                self._give_up(self._pending.pop(folder)[0])
            else:
                self._pending[folder] = (request, tries + 1)
        if self._pending and not self._closed:
            self._start()

    def _drop_answered(self) -> None:
        """Forget the requests that need no supervisor any more."""
        for folder, (request, _) in list(self._pending.items()):
            if _answered(request):
                del self._pending[folder]

    def _give_up(self, request: Mapping[str, Any]) -> None:
        error = JobError(
            "The supervisor of all training died twice over this; {log} says more.", log=self._log
        )
        if request["do"] == "run":
            refuse_run(RunFolder(Path(request["folder"])), error)
        else:
            JobFolder(Path(request["folder"])).refuse(error)


def _write(pipe: IO[bytes] | None, request: Mapping[str, Any]) -> bool:
    """Write one line; False where nobody reads any more."""
    if pipe is None:
        return False
    try:
        pipe.write(json.dumps(request).encode() + b"\n")
        pipe.flush()
    except (OSError, ValueError):
        return False
    return True


def _answered(request: Mapping[str, Any]) -> bool:
    """Whether a worker has begun with the run, or the job is done."""
    folder = Path(request["folder"])
    if not folder.is_dir():
        return True
    if request["do"] == "run":
        return read_state(RunFolder(folder)) != "queued"
    return JobFolder(folder).done
