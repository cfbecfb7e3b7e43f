"""A shared sweep for one who does not work on it: read, stopped, asked for other numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.opening import NoSweepsError, connected
from mlcore.sweeps.shared.study import SharedStudy
from mlcore.sweeps.shared.summary import read_all_shared, read_shared, sweeps_in
from mlcore.sweeps.starting import check_trials
from mlcore.sweeps.summary import SweepSummary
from mlcore.sweeps.sweep import Sweep

__all__ = [
    "ask_stop",
    "change",
    "go_on",
    "look_at",
    "look_at_all",
    "opened",
    "shared_sweeps",
    "stop",
]

_POLL = 0.2  # seconds
_PARTING = 30.0  # seconds that workers get to end


@contextmanager
def opened(address: Address, name: str) -> Iterator[SharedStudy]:
    """The study of a shared sweep, to look at it or to change what is asked of it.

    Raises:
        RunError: the database cannot be used, or holds no such sweep.
    """
    with connected(address) as storage:
        yield SharedStudy(storage, address, name)


def shared_sweeps(address: Address) -> list[Sweep]:
    """What is asked of the shared sweeps of a database, by name; studies of others are left out.

    Raises:
        RunError: the database cannot be used, or a sweep is of a later version.
    """
    try:
        with connected(address) as storage:
            return sweeps_in(storage)
    except NoSweepsError:
        return []


def look_at(address: Address, name: str) -> SweepSummary:
    """All there is to say of a shared sweep.

    Raises:
        RunError: as `opened`.
    """
    with connected(address) as storage:
        return read_shared(storage, address, name)


def look_at_all(address: Address) -> list[SweepSummary]:
    """All there is to say of the shared sweeps of a database, by name.

    Raises:
        RunError: as `shared_sweeps`.
    """
    with connected(address) as storage:
        return read_all_shared(storage, address)


def ask_stop(address: Address, name: str) -> None:
    """Ask the workers of a sweep to end, on all machines.

    Raises:
        RunError: as `opened`.
    """
    with opened(address, name) as study:
        study.ask_stop(True)


def stop(address: Address, name: str) -> bool:
    """Stop a sweep on all machines; whether all workers have left, as far as they are alive.

    Raises:
        RunError: as `opened`.
    """
    with opened(address, name) as study:
        study.ask_stop(True)
        until = time.monotonic() + _PARTING
        while any(one.owner and one.silent <= study.patience for one in study.situation().open):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
    return True


def change(address: Address, name: str, *, trials: int | None, jobs: int | None) -> Sweep:
    """Ask for another number of trials in all, or at once; what is asked of the sweep now.

    Raises:
        SettingsError: a grid has not so many trials.
        RunError: as `opened`.
    """
    with opened(address, name) as study:
        if trials is not None:
            trials = check_trials(study.sweep, trials, study.situation().begun)
        return study.change(trials=trials, jobs=jobs)


def go_on(address: Address, name: str) -> None:
    """Let the workers of a sweep work again.

    Raises:
        RunError: as `opened`.
    """
    with opened(address, name) as study:
        study.ask_stop(False)
