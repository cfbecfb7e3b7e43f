"""The runs that wait for a slot: files in `.queue` beside the runs, shared by all processes.

Whoever starts runs puts them here and hands over the first whose device has a free slot; every
tab, shell and server sees one queue. What is on disk changes under a lock alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from mlcore.commands import Stop
from mlcore.errors import RunError, SettingsError
from mlcore.events import Event
from mlcore.runs.active.active_runs import ActiveRun, active_runs
from mlcore.runs.active.queue_file import (
    MOST_AT_ONCE,
    Claim,
    Loan,
    QueueState,
    read_queue,
    write_queue,
)
from mlcore.runs.active.queue_snapshot import QueueSnapshot
from mlcore.runs.active.steering import Request
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.locks import file_lock
from mlcore.runs.record.recorder import cancel_start
from mlcore.runs.record.status import read_state

__all__ = ["RunQueue"]


class RunQueue:
    """The queue of one folder of runs; making one of these reads nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".queue" / "queue.json"

    def snapshot(self) -> QueueSnapshot:
        """What waits and what trains; cheap. A damaged queue shows as an empty one."""
        state = read_queue(self.path) or QueueState()
        active = self.active(state)
        begun = {one.run for one in active}  # some may have begun since the file was read
        return QueueSnapshot(
            at_once=state.at_once_now,
            usual=state.at_once,
            borrowers=tuple(sorted({one.borrower for one in state.living_loans})),
            waiting=tuple(run for run in state.waiting if run not in begun),
            active=active,
        )

    def is_empty(self) -> bool:
        """Whether nothing waits and nothing is being started; reads one small file."""
        state = read_queue(self.path)
        return state is None or not (state.waiting or state.claims)

    def active(self, state: QueueState) -> tuple[ActiveRun, ...]:
        """The runs that occupy a slot: those that train or are paused, and those being started."""
        training = active_runs(self.root)
        begun = {one.run for one in training}
        starting = (
            ActiveRun(
                run=run,
                state="queued",
                device=claim.device,
                threads=claim.threads,
                processes=claim.processes,
            )
            for run, claim in state.claims.items()
            if run not in begun and self._queued(run)
        )
        return (*training, *starting)

    @contextmanager
    def change(self, *, adopt: bool = False) -> Iterator[QueueState]:
        """The queue, locked for this process within the block; changes are then written.

        Runs that need not wait any more are gone from it, and one whose claim is held by a dead
        process waits again, as the first. Where the block raises, nothing is changed.

        Args:
            adopt: have all runs wait that are to start and are not listed. That is always done
                where the queue is missing or damaged.

        Raises:
            RunError: its file cannot be written.
        """
        with file_lock(self.path.with_name("lock")):
            found = read_queue(self.path)
            state = found or QueueState()
            before = asdict(state) if found else None
            self._tidy(state)
            if adopt or found is None:
                state.waiting += self._unlisted(state)
            yield state
            if asdict(state) != before:
                write_queue(self.path, state)

    def claim(self, make: Callable[[], RunFolder], resumed: str = "") -> RunFolder:
        """Claim a run without waiting: this process trains it itself.

        Args:
            make: makes the run, or asks for it to be resumed; its folder.
            resumed: the id of the run that is to be resumed; "": a new one is made.

        Raises:
            RunError: another process is about to train it, and nothing was asked; and what `make`
                raises.
        """
        with self.change() as state:
            if resumed in state.claims:
                raise RunError(
                    "Run {run} is being started by another process already.", run=resumed
                )
            folder = make()
            if folder.id in state.waiting:
                state.waiting.remove(folder.id)
            settings = folder.config.train
            state.claims[folder.id] = Claim.mine(
                device=settings.device, processes=settings.processes
            )
        return folder

    def move(self, run: str, position: int) -> int:
        """Move a waiting run to another position.

        Args:
            run: its id.
            position: from 1, the next one; beyond the end: the last.

        Returns:
            Its position now.

        Raises:
            RunError: it does not wait.
        """
        with self.change() as state:
            if run not in state.waiting:
                raise RunError(
                    "Run {run} does not wait in the queue, so it cannot be moved.", run=run
                )
            state.waiting.remove(run)
            state.waiting.insert(max(1, position) - 1, run)
            return state.waiting.index(run) + 1

    def cancel(self, run: str) -> bool:
        """Take a run out of the queue before it starts; it can be started again.

        Returns:
            Whether that was done; False where it trains, is about to, or has ended.

        Raises:
            RunError: its folder or the queue cannot be written.
        """
        with self.change() as state:
            if run in state.claims or not cancel_start(RunFolder(self.root / run)):
                return False
            state.waiting = [other for other in state.waiting if other != run]
        return True

    def end(self, folder: RunFolder, seconds: float) -> Event | None:
        """Cancel a run that waits, or stop one that trains.

        Args:
            folder: the run.
            seconds: how long to wait for the answer of a run that trains.

        Returns:
            What a run that trains answered; None where it was cancelled, or did not answer.

        Raises:
            RunError: its folder or the queue cannot be written.
        """
        if read_state(folder) == "queued" and self.cancel(folder.id):
            return None
        return Request(folder, Stop()).wait(seconds)

    def set_at_once(self, count: int) -> None:
        """Have so many runs train at once on each device, 1 to 8, whatever a sweep asked for.

        Raises:
            SettingsError: it is another number.
            RunError: the queue cannot be written.
        """
        if not 1 <= count <= MOST_AT_ONCE:
            raise SettingsError(
                "1 to {most} runs can train at once on a device, but got {count}.",
                most=MOST_AT_ONCE,
                count=count,
            )
        with self.change() as state:
            state.at_once = count
            state.loans.clear()

    def lend(self, borrower: str, count: int) -> None:
        """Have at least so many runs train at once, for this process and as long as it lives.

        Args:
            borrower: the name of its sweep.
            count: how many; in place of what it asked for before. 0: it needs them no more.

        Raises:
            RunError: the queue cannot be written.
        """
        mine = borrower, os.getpid()
        with self.change() as state:
            state.loans = [one for one in state.loans if (one.borrower, one.pid) != mine]
            if count > state.at_once:
                state.loans.append(Loan.mine(borrower=borrower, at_once=count))

    def _tidy(self, state: QueueState) -> None:
        for run, claim in list(state.claims.items()):
            if not self._queued(run):
                del state.claims[run]
            elif not claim.alive:
                del state.claims[run]
                state.waiting.insert(0, run)
        state.loans = [one for one in state.loans if one.alive]
        wanted = dict.fromkeys(run for run in state.waiting if run not in state.claims)
        state.waiting = [run for run in wanted if self._queued(run)]

    def _queued(self, run: str) -> bool:
        folder = RunFolder(self.root / run)
        return folder.is_run() and read_state(folder) == "queued"

    def _unlisted(self, state: QueueState) -> list[str]:
        """Ids of the runs that are to start and are not listed, by when that was asked for."""
        listed = {*state.waiting, *state.claims}
        found = []
        for path in self.root.glob("[!.]*"):
            folder = RunFolder(path)
            if folder.id in listed or not self._queued(folder.id):
                continue
            with contextlib.suppress(OSError):  # it is being deleted
                asked = folder.control_path
                since = asked if asked.is_file() else folder.config_path
                found.append((since.stat().st_mtime, folder.id))
        return [run for _, run in sorted(found)]
