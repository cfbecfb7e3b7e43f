"""How CPU threads are shared among runs that train at once.

More threads than cores make each run many times slower, and half of the cores belong to the page.
Threads of a run are those of all its processes together.
"""

from __future__ import annotations

import os

from mlcore.runs.record.folder import RunFolder

__all__ = [
    "cores",
    "required_threads",
    "thread_budget",
    "thread_share",
    "threads_each",
    "threads_left",
]


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_budget() -> int:
    """CPU threads for all runs together whose settings name no number: half the cores."""
    return max(1, cores() // 2)


def thread_share(folder: RunFolder, at_once: int, used: int) -> int:
    """CPU threads for a run that is about to start.

    Args:
        folder: the run; what it requires, it gets.
        at_once: how many runs may train at once.
        used: threads that other runs use on the CPU.

    Raises:
        RunError: its settings cannot be read.
    """
    if (required := required_threads(folder)) is not None:
        return required
    budget = thread_budget()
    return max(1, min(budget // at_once, budget - used))


def threads_left(used: int) -> int:
    """CPU threads for a run in a shell: those that other runs leave; 0: torch's own choice.

    Args:
        used: threads that other runs use on the CPU.
    """
    return max(1, cores() - used) if used else 0


def threads_each(threads: int, processes: int) -> int:
    """CPU threads of each process of a run that has so many together; 0: torch's own choice."""
    return threads if processes == 1 else max(1, (threads or cores()) // processes)


def required_threads(folder: RunFolder) -> int | None:
    """CPU threads that a run must have; None: any number.

    Its settings may name a number, for each process; and a run that is resumed gets as many as
    before, so that its numbers stay the same to the last bit.

    Raises:
        RunError: its settings cannot be read.
    """
    settings = folder.config.train
    if settings.threads:
        return settings.threads * settings.processes
    before = folder.last_start()
    if before is None or before.device != "cpu":
        return None
    return min(before.threads * settings.processes, cores())
