"""Options of a sweep whose study lies in a database that many machines share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from mlcore.cli.options import text
from mlcore.sweeps import SweepSummary

if TYPE_CHECKING:
    from mlcore.sweeps.shared.address import Address

__all__ = ["StorageOptions", "address_in", "all_at"]

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


def all_at(address: Address) -> list[SweepSummary]:
    """All sweeps of a database.

    Raises:
        RunError: it cannot be used.
    """
    from mlcore.sweeps.shared.looking import look_at_all  # loads Optuna

    return look_at_all(address)
