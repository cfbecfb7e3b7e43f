"""How CPU threads are shared out among runs that train at once. No torch.

More threads than cores make each run many times slower, and half of the cores belong to the page.
"""

from __future__ import annotations

from collections.abc import Iterable

from mlcore.runs import RunFolder
from mlcore.runs.active.active_runs import Training, cores, place

__all__ = ["beside", "budget", "fixed", "share", "used"]


def budget() -> int:
    """CPU threads of all runs together that leave them open: half the cores."""
    return max(1, cores() // 2)


def share(folder: RunFolder, at_once: int, taken: int) -> int:
    """CPU threads for a run that is about to start.

    Args:
        folder: the run. Where its settings name a number, that is it; where it goes on, it gets
            as many as before, so that it goes on to the last bit.
        at_once: how many runs may train at once.
        taken: threads that other runs use on the CPU.

    Raises:
        RunError: its settings cannot be read.
    """
    if (bound := fixed(folder)) is not None:
        return bound
    return max(1, min(budget() // at_once, budget() - taken))


def beside(taken: int) -> int:
    """CPU threads for a run in a shell: those that other runs leave; 0: torch's own choice.

    Args:
        taken: threads that other runs use on the CPU.
    """
    return max(1, cores() - taken) if taken else 0


def used(others: Iterable[Training], auto: str | None) -> int:
    """Threads that runs use on the CPU; `auto`: the device of that name, None: not known yet."""
    return sum(one.threads for one in others if place(one.device, auto) in (None, "cpu"))


def fixed(folder: RunFolder) -> int | None:
    """CPU threads that a run must have, by its settings or because it goes on; None: any number.

    Raises:
        RunError: its settings cannot be read.
    """
    if wanted := folder.config.train.threads:
        return wanted
    before = folder.last_start()
    if before is None or before.device != "cpu":
        return None
    return min(before.threads, cores())
