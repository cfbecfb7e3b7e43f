"""How requests reach a process: through the warm supervisor, or one fresh process each."""

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
from mlcore.jobs.endings import asked_so_far, end_job, end_run, refuse_run
from mlcore.jobs.folder import JobFolder, jobs_root
from mlcore.runs import RunFolder

__all__ = ["SpawnLink", "SupervisorLink", "can_fork"]

_TRIES = 2  # supervisors that may die over one request


def can_fork() -> bool:
    """Whether warm children can be forked here."""
    return hasattr(os, "fork") and sys.platform != "win32"


class SupervisorLink:
    """A pipe to a supervisor, which is started, reaped and, when it dies, replaced.

    Requests that a dead supervisor may not have taken up are handed to the next one, twice at
    most: what kills supervisors gets a sentence instead of a third.
    """

    def __init__(self, runs: Path) -> None:
        self._log = jobs_root(runs) / "supervisor.log"
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._open: dict[str, tuple[dict[str, Any], int]] = {}  # folder → request, tries
        self._warm: dict[str, Any] | None = None
        self._closed = False
        with self._lock, contextlib.suppress(JobError):  # runs can be looked at without one
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
            self._forget_answered()
            if request["do"] == "warm":
                self._warm = request
            else:
                self._open[request["folder"]] = (request, 1)
            if self._process is None:
                try:
                    self._start()
                except JobError:
                    self._open.pop(request.get("folder", ""), None)
                    raise
            elif not _write(self._process.stdin, request):
                self._replace(self._process)

    def forget(self, folder: Path) -> None:
        """Ask no further supervisor for this, should the present one die."""
        with self._lock:
            self._open.pop(str(folder), None)

    def cares(self, folder: Path) -> bool:
        """Whether a request is under way of which the folder may not show a sign yet."""
        with self._lock:
            return str(folder) in self._open and self._process is not None and folder.is_dir()

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
                f"No process can be started to train in ({error.strerror}): "
                f"see whether {self._log.parent} can be written, and try again."
            ) from error
        self._process = process
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        for request in (*filter(None, [self._warm]), *(asked for asked, _ in self._open.values())):
            _write(process.stdin, request)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        with self._lock:
            self._replace(process)

    def _replace(self, process: subprocess.Popen[bytes]) -> None:
        """Start anew after this supervisor died, if anything still waits for an answer."""
        if self._process is not process:
            return
        self._process = None
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # what was in the pipe is lost, and asked again
                process.stdin.close()
        process.wait()
        self._forget_answered()
        for folder, (request, tries) in list(self._open.items()):
            if request["do"] == "job" and JobFolder(Path(folder)).working:
                del self._open[folder]  # its child outlived the supervisor
            elif tries >= _TRIES:
                self._give_up(self._open.pop(folder)[0])
            else:
                self._open[folder] = (request, tries + 1)
        if self._open and not self._closed:
            self._start()

    def _forget_answered(self) -> None:
        """Drop requests that need no supervisor any more."""
        for folder, (request, _) in list(self._open.items()):
            if _answered(request):
                del self._open[folder]

    def _give_up(self, request: Mapping[str, Any]) -> None:
        message = f"The supervisor of all training died twice over this; {self._log} says more."
        if request["do"] == "run":
            refuse_run(RunFolder(Path(request["folder"])), message)
        else:
            JobFolder(Path(request["folder"])).refuse(JobError(message))


class SpawnLink:
    """One fresh process for each request, where processes cannot fork; slower to start."""

    pid: int | None = None  # there is no supervisor

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[str] = set()

    def send(self, request: dict[str, Any]) -> None:
        """Start a process for a request.

        Raises:
            JobError: it cannot be started.
        """
        if request["do"] == "warm":
            return  # nothing stays warm between processes
        folder = Path(request["folder"])
        asked = asked_so_far(RunFolder(folder))
        words = [str(folder), "--threads", str(request.get("threads", 0))]
        try:
            with (folder / "worker.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "mlcore.jobs.worker", *words],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise JobError(f"No process can be started ({error.strerror}): try again.") from error
        with self._lock:
            self._open.add(str(folder))
        threading.Thread(target=self._watch, args=(process, request, asked), daemon=True).start()

    def forget(self, folder: Path) -> None:
        """Nothing is asked twice here."""

    def cares(self, folder: Path) -> bool:
        """Whether the process of this request still runs."""
        with self._lock:
            return str(folder) in self._open

    def close(self) -> None:
        """Nothing to let go of: each process ends by itself."""

    def _watch(
        self, process: subprocess.Popen[bytes], request: Mapping[str, Any], asked: int
    ) -> None:
        folder, limit = Path(request["folder"]), request.get("limit")
        late = None
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            late, code = limit, process.wait()
        if request["do"] == "run":
            end_run(RunFolder(folder), code, asked)
        else:
            end_job(JobFolder(folder), code, late)
        with self._lock:
            self._open.discard(str(folder))


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
    """Whether a run was taken up by its worker, or a job is done."""
    folder = Path(request["folder"])
    if not folder.is_dir():
        return True
    if request["do"] == "run":
        return RunFolder(folder).state() != "queued"
    return JobFolder(folder).done
