"""The queue as it is at one moment, for those who show it."""

from __future__ import annotations

from dataclasses import dataclass

from mlcore.runs.active.active_runs import ActiveRun

__all__ = ["QueueSnapshot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """The queue at one moment; two snapshots are equal when nothing has changed.

    Attributes:
        at_once: runs that train at once on a device now.
        usual: the same as a person set it, which holds where no sweep has more of them train.
        borrowers: the sweeps that have more of them train.
        waiting: ids of the runs that wait, the next one first.
        active: the runs that occupy a slot.
    """

    at_once: int
    usual: int
    borrowers: tuple[str, ...]
    waiting: tuple[str, ...]
    active: tuple[ActiveRun, ...]

    def position(self, run: str) -> int:
        """The position of a run in the queue, from 1; 0 where it does not wait."""
        return self.waiting.index(run) + 1 if run in self.waiting else 0
