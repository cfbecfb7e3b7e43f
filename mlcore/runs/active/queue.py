"""The runs that wait for their turn: files in `.queue` beside the runs, shared by all. No torch.

Whoever starts runs puts them here and hands over the first whose device has a place; every tab,
shell and server sees one queue. What is on disk changes under a lock alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mlcore.commands import Stop
from mlcore.errors import RunError, SettingsError
from mlcore.events import Event
from mlcore.runs.active.active_runs import Training, cores, training
from mlcore.runs.active.queue_file import MOST_AT_ONCE, Lineup, Taker, read_lineup, write_lineup
from mlcore.runs.active.steering import Request
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.locks import alone
from mlcore.runs.record.recorder import withdraw_start

__all__ = ["Look", "RunQueue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The queue at one moment; two looks are equal when nothing has changed."""

    at_once: int
    waiting: tuple[str, ...]
    training: tuple[Training, ...]

    def place(self, run: str) -> int:
        """Which in line a run is, from 1; 0 where it does not wait."""
        return self.waiting.index(run) + 1 if run in self.waiting else 0


class RunQueue:
    """The queue of one folder of runs; making one of these reads nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".queue" / "queue.json"

    def look(self) -> Look:
        """What waits and what trains; cheap to ask often. A damaged queue shows as an empty one."""
        lineup = read_lineup(self.path) or Lineup()
        return Look(
            at_once=lineup.at_once,
            waiting=tuple(lineup.waiting),
            training=self.busy(lineup),
        )

    def waits(self) -> bool:
        """Whether anything waits, or is being started; costs one small file."""
        lineup = read_lineup(self.path)
        return lineup is not None and bool(lineup.waiting or lineup.taken)

    def busy(self, lineup: Lineup) -> tuple[Training, ...]:
        """The runs that take a place: those that train or are paused, and those being started."""
        living = training(self.root)
        known = {one.run for one in living}
        starting = (
            Training(run=run, state="queued", device=taker.device, threads=taker.threads or cores())
            for run, taker in lineup.taken.items()
            if run not in known and self._queued(run)
        )
        return (*living, *starting)

    @contextmanager
    def change(self, *, adopt: bool = False) -> Iterator[Lineup]:
        """The queue, for this process alone within the block; what was changed is then kept.

        Runs that need not wait any more are gone from it, and one whose taker died before a
        worker signed it waits again, as the first. Where the block raises, nothing is changed.

        Args:
            adopt: have all runs wait that are to start and stand nowhere. It is done always where
                the queue is missing or damaged.

        Raises:
            RunError: its file cannot be written.
        """
        with alone(self.path.with_name("lock")):
            found = read_lineup(self.path)
            lineup = found or Lineup()
            before = asdict(lineup) if found else None
            self._tidy(lineup)
            if adopt or found is None:
                lineup.waiting += self._strays(lineup)
            yield lineup
            if asdict(lineup) != before:
                write_lineup(self.path, lineup)

    def claim(self, make: Callable[[], RunFolder]) -> RunFolder:
        """Take a run past the queue: this process trains it itself.

        Args:
            make: makes the run, or asks that it goes on; its folder.

        Raises:
            RunError: another process is about to train it; and what `make` raises.
        """
        with self.change() as lineup:
            folder = make()
            if folder.id in lineup.taken:
                raise RunError(f"Run {folder.id} is being started by another process already.")
            if folder.id in lineup.waiting:
                lineup.waiting.remove(folder.id)
            lineup.taken[folder.id] = Taker.me(device=folder.config.train.device)
        return folder

    def move(self, run: str, place: int) -> int:
        """Give a waiting run another place.

        Args:
            run: its id.
            place: from 1, the next one; beyond the end: the last.

        Returns:
            The place it has now.

        Raises:
            RunError: it does not wait.
        """
        with self.change() as lineup:
            if run not in lineup.waiting:
                raise RunError(f"Run {run} does not wait in the queue, so it cannot be moved.")
            lineup.waiting.remove(run)
            lineup.waiting.insert(max(1, place) - 1, run)
            return lineup.waiting.index(run) + 1

    def cancel(self, run: str) -> bool:
        """Take a run out of the queue before it starts; it can be started again.

        Returns:
            Whether that was done; False where it trains, is about to, or has ended.

        Raises:
            RunError: its folder or the queue cannot be written.
        """
        with self.change() as lineup:
            if run in lineup.taken or not withdraw_start(RunFolder(self.root / run)):
                return False
            lineup.waiting = [other for other in lineup.waiting if other != run]
        return True

    def end(self, folder: RunFolder, seconds: float) -> Event | None:
        """Cancel a run that waits, and stop one that trains.

        Args:
            folder: the run.
            seconds: how long a run that trains is waited for.

        Returns:
            What a run that trains answered; None where it was cancelled, or did not answer.

        Raises:
            RunError: its folder or the queue cannot be written.
        """
        if folder.state() == "queued" and self.cancel(folder.id):
            return None
        return Request(folder, Stop()).wait(seconds)

    def set_at_once(self, count: int) -> None:
        """Have so many runs train at once on each device, 1 to 8.

        Raises:
            SettingsError: it is another number.
            RunError: the queue cannot be written.
        """
        if not 1 <= count <= MOST_AT_ONCE:
            raise SettingsError(
                f"1 to {MOST_AT_ONCE} runs can train at once on a device, but got {count}."
            )
        with self.change() as lineup:
            lineup.at_once = count

    def _tidy(self, lineup: Lineup) -> None:
        for run, taker in list(lineup.taken.items()):
            if not self._queued(run):
                del lineup.taken[run]
            elif not taker.alive:
                del lineup.taken[run]
                lineup.waiting.insert(0, run)
        wanted = dict.fromkeys(run for run in lineup.waiting if run not in lineup.taken)
        lineup.waiting = [run for run in wanted if self._queued(run)]

    def _queued(self, run: str) -> bool:
        folder = RunFolder(self.root / run)
        return folder.config_path.is_file() and folder.state() == "queued"

    def _strays(self, lineup: Lineup) -> list[str]:
        """Ids of the runs that are to start and stand nowhere, by when that was asked."""
        known = {*lineup.waiting, *lineup.taken}
        found = []
        for file in self.root.glob("[!.]*/config.json"):
            run = file.parent.name
            if run not in known and self._queued(run):
                asked = RunFolder(file.parent).control_path
                found.append(((asked if asked.is_file() else file).stat().st_mtime, run))
        return [run for _, run in sorted(found)]
