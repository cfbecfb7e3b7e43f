"""Hands waiting runs to processes as slots become free; one of these per server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import JobError, MlcoreError, RunError
from mlcore.files import size_of
from mlcore.jobs.endings import refuse_run
from mlcore.jobs.supervisor_client import SupervisorClient
from mlcore.runs import RunFolder
from mlcore.runs.active.active_runs import slot_is_free, threads_used
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import Claim, QueueState
from mlcore.runs.active.threads import thread_share
from mlcore.runs.record.status import start_asked

__all__ = ["Scheduler"]

_BUSY = 0.25  # seconds between two reads of the queue while runs wait
_IDLE = 1.0  # seconds between two checks for runs that another process put there


@dataclass(frozen=True, slots=True)
class _Start:
    folder: RunFolder
    threads: int


class Scheduler:
    """Starts runs in the order of their queue, so many at once on each device.

    It continues with what another server left waiting; what waits when it ends, it leaves.

    Args:
        root: folder of the runs.
        supervisor: what starts processes.
        auto: the device that "auto" stands for; None while that is not known.
    """

    def __init__(
        self, root: Path, supervisor: SupervisorClient, auto: Callable[[], str | None]
    ) -> None:
        self.queue = RunQueue(root)
        self._root, self._supervisor, self._auto = root, supervisor, auto
        self._guard = threading.Lock()
        # With the size of its control log then: what was asked for since is another start.
        self._started: dict[str, tuple[RunFolder, int]] = {}
        self._ended, self._woken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def started(self) -> list[RunFolder]:
        """The runs that were handed over here, and not resumed by another process since."""
        with self._guard:
            ours = list(self._started.values())
        return [folder for folder, asked in ours if not start_asked(folder.control_path, asked)]

    def enqueue(self, make: Callable[[], RunFolder]) -> RunFolder:
        """Have a run wait, and start it at once where a slot is free.

        Args:
            make: makes the run, or asks for it to be resumed; its folder.

        Raises:
            RunError: the queue cannot be written.
            JobError: no process can be started.
        """
        if self._ended.is_set():
            raise JobError("The server is shutting down: nothing new can be started.")
        with self.queue.change() as state:
            folder = make()
            if folder.id not in state.claims and folder.id not in state.waiting:
                state.waiting.append(folder.id)
                self._forget(folder)
            starts = self._claim_next(state)
        self._woken.set()
        problems = self._hand_over(starts)
        if folder.id in problems:
            raise problems[folder.id]
        return folder

    def end(self) -> None:
        """Start no more runs; returns when nothing is being handed over any more."""
        self._ended.set()
        self._woken.set()
        self._thread.join()

    def _watch(self) -> None:
        """Adopt what was left waiting, then start whatever waits as slots become free."""
        adopt, waiting = True, True
        while not self._ended.is_set():
            with contextlib.suppress(MlcoreError, OSError):  # the folder is away, or comes back
                if waiting or adopt:
                    with self.queue.change(adopt=adopt) as state:
                        starts = self._claim_next(state)
                        waiting = bool(state.waiting or state.claims)
                    adopt = False
                    self._hand_over(starts)
                else:
                    waiting = not self.queue.is_empty()
            if self._woken.wait(_BUSY if waiting else _IDLE):
                self._woken.clear()
                waiting = True

    def _claim_next(self, state: QueueState) -> list[_Start]:
        """Claim the waiting runs that have a free slot."""
        starts: list[_Start] = []
        active = self.queue.active(state) if state.waiting else ()
        at_once = state.at_once_now
        for run in list(state.waiting):
            folder = RunFolder(self._root / run)
            try:
                settings = folder.config.train
                auto = self._auto() if active else None  # else nobody need know
                if not slot_is_free(settings, active, at_once, auto):
                    continue
                threads = thread_share(folder, at_once, threads_used(active, auto))
            except RunError:  # its settings are damaged; the list of runs says so
                state.waiting.remove(run)
                continue
            state.waiting.remove(run)
            state.claims[run] = Claim.mine(
                device=settings.device, threads=threads, processes=settings.processes
            )
            active = self.queue.active(state)
            starts.append(_Start(folder, threads))
        return starts

    def _hand_over(self, starts: list[_Start]) -> dict[str, JobError]:
        """Have processes train these runs; returns the error of each that none can train."""
        problems = {}
        for start in starts:
            request = {"do": "run", "folder": str(start.folder.path), "threads": start.threads}
            with self._guard:
                asked = size_of(start.folder.control_path)
                self._started[start.folder.id] = (start.folder, asked)
            try:
                self._supervisor.send(request)
            except JobError as error:
                self._forget(start.folder)
                if not self._ended.is_set():  # else the next server starts it, as we are gone
                    refuse_run(start.folder, error)
                problems[start.folder.id] = error
        return problems

    def _forget(self, folder: RunFolder) -> None:
        """Count a run as one that was not handed over here."""
        self._supervisor.forget(folder.path)
        with self._guard:
            self._started.pop(folder.id, None)
