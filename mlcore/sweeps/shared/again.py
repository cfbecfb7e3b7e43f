"""What needs the database, done again until that answers: it may be away for hours."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import optuna
import sqlalchemy.exc

from mlcore.errors import MlcoreError, Notice, RunError
from mlcore.sweeps.shared.address import Address

__all__ = ["FAULTS", "Again", "AwayError", "fault"]

FAULTS = (optuna.exceptions.StorageInternalError, sqlalchemy.exc.SQLAlchemyError)
"""What Optuna raises where the database is the reason."""

_PAUSE, _LONGEST = 0.25, 15.0  # seconds between two tries: the first, and the longest
_POLL = 0.05  # seconds
_LONGEST_REASON = 300  # characters

T = TypeVar("T")


class AwayError(Exception):
    """The database does not answer; it may, later.

    Attributes:
        error: the same for a person whose worker waits for it.
        at_first: for one who has only just named it, perhaps wrongly.
    """

    def __init__(self, error: RunError, at_first: RunError) -> None:
        super().__init__(str(error))
        self.error, self.at_first = error, at_first


class Again:
    """Repeats what fails because the database is away, ever more rarely.

    Args:
        notify: told once that it is away, and once that it is back.
        ended: whether to give up, as the process is to end.
    """

    def __init__(self, notify: Callable[[MlcoreError], None], ended: Callable[[], bool]) -> None:
        self._notify, self._ended = notify, ended

    def __call__(self, operation: Callable[[], T]) -> T:
        """Do it; it must bear being done twice, as an answer can be lost.

        Raises:
            RunError: the process is to end before the database is back.
        """
        pause, told = _PAUSE, False
        while True:
            try:
                result = operation()
            except AwayError as away:
                if not told:
                    self._notify(away.error)
                    told = True
                self._wait(pause * random.uniform(0.5, 1.5), away.error)  # not all at once
                pause = min(2 * pause, _LONGEST)
                continue
            if told:
                self._notify(Notice("The database answers again."))
            return result

    def _wait(self, seconds: float, error: RunError) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._ended():
                raise error
            time.sleep(_POLL)


def fault(error: BaseException, address: Address) -> Exception:
    """What a failure of the database is to the caller: `AwayError` where it may pass."""
    found = _of_driver(error)
    first = str(found).strip().partition("\n")[0]
    reason = address.scrubbed(first)[:_LONGEST_REASON] or type(found).__name__
    if _may_pass(found):
        return AwayError(
            RunError(
                "The database {database} does not answer ({reason}): runs train on meanwhile, and "
                "it is tried again and again.",
                database=address.shown,
                reason=reason,
            ),
            RunError(
                "The database {database} cannot be reached ({reason}): see that it runs, and that "
                "its address, user and password are right.",
                database=address.shown,
                reason=reason,
            ),
        )
    return RunError(
        "The database {database} cannot be used ({reason}): see that its user may read, write and "
        "make tables there.",
        database=address.shown,
        reason=reason,
    )


def _of_driver(error: BaseException) -> BaseException:
    """What the driver said, under what was made of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, sqlalchemy.exc.DBAPIError) and cause.orig is not None:
            return cause.orig
        cause = cause.__cause__
    return error


def _may_pass(error: BaseException) -> bool:
    import psycopg

    lost = psycopg.errors.IdleInTransactionSessionTimeout
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | lost)
