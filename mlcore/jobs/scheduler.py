"""Hands waiting runs to processes as places become free; one of these per server. No torch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import JobError, MlcoreError, RunError
from mlcore.jobs.endings import asked_so_far, refuse_run
from mlcore.jobs.supervisor_client import SupervisorClient
from mlcore.jobs.threads import share, used
from mlcore.runs import RunFolder
from mlcore.runs.active.active_runs import Training, place
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import Lineup, Taker
from mlcore.runs.record.status import start_asked

__all__ = ["Scheduler"]

_BUSY = 0.25  # seconds between two looks while runs wait
_IDLE = 1.0  # seconds between two looks for runs that another process had wait


@dataclass(frozen=True, slots=True)
class _Start:
    folder: RunFolder
    threads: int


class Scheduler:
    """Starts runs in the order of their queue, so many at once on each device.

    What another server left waiting, it takes up; what waits when it ends, it leaves.

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
        self._started: dict[str, tuple[RunFolder, int]] = {}  # and what was asked of it then
        self._ended, self._woken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def started(self) -> list[RunFolder]:
        """The runs that were handed over here, and not started anew by another process since."""
        with self._guard:
            ours = list(self._started.values())
        return [folder for folder, asked in ours if not start_asked(folder.control_path, asked)]

    def enter(self, make: Callable[[], RunFolder]) -> RunFolder:
        """Have a run wait, and start it at once where it has a place.

        Args:
            make: makes the run, or asks that it goes on; its folder.

        Raises:
            RunError: the queue cannot be written.
            JobError: no process can be started.
        """
        if self._ended.is_set():
            raise JobError("The server is shutting down: nothing new can be started.")
        with self.queue.change() as lineup:
            folder = make()
            if folder.id not in lineup.taken and folder.id not in lineup.waiting:
                lineup.waiting.append(folder.id)
                self._forget(folder)
            starts = self._choose(lineup)
        self._woken.set()
        problems = self._hand_over(starts)
        if folder.id in problems:
            raise problems[folder.id]
        return folder

    def would_wait(self, device: str, busy: Sequence[Training], at_once: int) -> bool:
        """Whether a run that starts now has to wait for a place.

        Args:
            device: its device, as settings name it.
            busy: the runs that take a place.
            at_once: how many may, on a device.
        """
        auto = self._auto() if busy else None
        here = place(device, auto)
        there = [place(one.device, auto) for one in busy]
        # While nobody knows what auto stands for, it may be any device.
        return sum(None in (here, other) or here == other for other in there) >= at_once

    def end(self) -> None:
        """Start no more runs; returns when nothing is being handed over any more."""
        self._ended.set()
        self._woken.set()
        self._thread.join()

    def _watch(self) -> None:
        """Take up what was left waiting, and then whatever waits as places become free."""
        adopt, waiting = True, True
        while not self._ended.is_set():
            with contextlib.suppress(MlcoreError, OSError):  # the folder is away, or comes back
                if waiting or adopt:
                    with self.queue.change(adopt=adopt) as lineup:
                        starts = self._choose(lineup)
                        waiting = bool(lineup.waiting or lineup.taken)
                    adopt = False
                    self._hand_over(starts)
                else:
                    waiting = self.queue.waits()
            if self._woken.wait(_BUSY if waiting else _IDLE):
                self._woken.clear()
                waiting = True

    def _choose(self, lineup: Lineup) -> list[_Start]:
        """Take the runs out of the queue that have a place."""
        starts: list[_Start] = []
        busy = list(self.queue.busy(lineup)) if lineup.waiting else []
        for run in list(lineup.waiting):
            folder = RunFolder(self._root / run)
            try:
                device = folder.config.train.device
                if self.would_wait(device, busy, lineup.at_once):
                    continue
                taken = used(busy, self._auto()) if busy else 0
                threads = share(folder, lineup.at_once, taken)
            except RunError:  # its settings are damaged; the list of runs says so
                lineup.waiting.remove(run)
                continue
            lineup.waiting.remove(run)
            lineup.taken[run] = Taker.me(device=device, threads=threads)
            busy.append(Training(run=run, state="queued", device=device, threads=threads))
            starts.append(_Start(folder, threads))
        return starts

    def _hand_over(self, starts: list[_Start]) -> dict[str, JobError]:
        """Have processes train these runs; returns why, of those that none could be started for."""
        problems = {}
        for start in starts:
            request = {"do": "run", "folder": str(start.folder.path), "threads": start.threads}
            with self._guard:
                self._started[start.folder.id] = (start.folder, asked_so_far(start.folder))
            try:
                self._supervisor.send(request)
            except JobError as error:
                self._forget(start.folder)
                if not self._ended.is_set():  # else the next server starts it, as we are gone
                    refuse_run(start.folder, str(error))
                problems[start.folder.id] = error
        return problems

    def _forget(self, folder: RunFolder) -> None:
        """It is no run that was handed over here (any more)."""
        self._supervisor.forget(folder.path)
        with self._guard:
            self._started.pop(folder.id, None)
