"""Options of a sweep whose study lies in a database that many machines share."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from mlcore.cli.options import text
from mlcore.sweeps import SweepSummary

if TYPE_CHECKING:
    from mlcore.sweeps.shared.address import Address
    from mlcore.sweeps.shared.study import SharedStudy

__all__ = ["StorageOptions", "address_in", "list_shared", "opened", "show_shared", "stop_shared"]

_POLL = 0.2  # seconds
_PARTING = 30.0  # seconds that workers get to end

StorageOption: TypeAlias = Annotated[
    str,
    text(
        "PostgreSQL database of a sweep of many machines",
        "the variable MLCORE_SWEEP_STORAGE; none: the sweep is beside the runs",
        "URL",
    ),
]
StorageFileOption: TypeAlias = Annotated[
    str, text("file that holds that URL, whose password no list of processes shows", "none", "FILE")
]


@dataclass(frozen=True, kw_only=True)
class StorageOptions:
    """What each action takes that works on a sweep of many machines too."""

    storage: StorageOption = ""
    storage_file: StorageFileOption = ""


def address_in(options: StorageOptions) -> Address | None:
    """The address of the database that is meant; None where the sweep is beside the runs.

    Raises:
        SettingsError: it is no address of a PostgreSQL database, or cannot be read.
    """
    if not (options.storage or options.storage_file or os.environ.get("MLCORE_SWEEP_STORAGE")):
        return None
    from mlcore.sweeps.shared.address import find_address  # loads SQLAlchemy

    return find_address(options.storage, options.storage_file)


@contextmanager
def opened(address: Address, name: str) -> Iterator[SharedStudy]:
    """The study of a shared sweep, to look at it or to change what is asked of it.

    Raises:
        RunError: the database cannot be used, or holds no such sweep.
    """
    from mlcore.sweeps.shared.opening import connected  # loads Optuna
    from mlcore.sweeps.shared.study import SharedStudy

    with connected(address) as storage:
        yield SharedStudy(storage, address, name)


def show_shared(address: Address, name: str) -> SweepSummary:
    """All there is to say of a shared sweep.

    Raises:
        RunError: as `opened`.
    """
    from mlcore.sweeps.shared.opening import connected
    from mlcore.sweeps.shared.summary import read_shared

    with connected(address) as storage:
        return read_shared(storage, address, name)


def list_shared(address: Address) -> list[SweepSummary]:
    """All shared sweeps of a database.

    Raises:
        RunError: as `opened`.
    """
    from mlcore.sweeps.shared.opening import connected
    from mlcore.sweeps.shared.summary import read_all_shared

    with connected(address) as storage:
        return read_all_shared(storage, address)


def stop_shared(address: Address, name: str) -> bool:
    """Stop a sweep on all machines; whether all workers have left, as far as they are alive.

    Raises:
        RunError: there is no such sweep, or the database cannot be used.
    """
    with opened(address, name) as study:
        study.ask_stop(True)
        until = time.monotonic() + _PARTING
        while any(one.owner and one.silent <= study.patience for one in study.situation().open):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
    return True
