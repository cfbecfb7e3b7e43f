"""What needs the database is done again until that answers."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy.exc

from mlcore.errors import MlcoreError, RunError
from mlcore.sweeps.shared import again
from mlcore.sweeps.shared.address import read_address
from mlcore.sweeps.shared.again import Again, AwayError, fault

ADDRESS = read_address("postgresql://ann:hidden@host/sweeps")


def failure(cause: Exception) -> Exception:
    """A failure as SQLAlchemy raises it."""
    return fault(sqlalchemy.exc.DBAPIError("SELECT", {"lr": 0.1}, cause), ADDRESS)


def test_it_is_said_once_that_the_database_is_away_and_once_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again, "_PAUSE", 0.0)
    said: list[str] = []
    left = [failure(psycopg.OperationalError("gone: hidden\nmore")) for _ in range(3)]

    def operation() -> int:
        if left:
            raise left.pop()
        return 7

    repeat = Again(lambda error: said.append(str(error)), lambda: False)
    assert repeat(operation) == 7
    assert len(said) == 2
    assert "does not answer (gone: ***)" in said[0]
    assert "answers again" in said[1]
    assert repeat(operation) == 7
    assert len(said) == 2


def test_a_process_that_is_to_end_waits_no_longer() -> None:
    said: list[MlcoreError] = []

    def operation() -> None:
        raise failure(psycopg.InterfaceError("the connection is closed"))

    with pytest.raises(RunError, match="the connection is closed"):
        Again(said.append, lambda: True)(operation)
    assert len(said) == 1


def test_what_will_not_pass_is_said_at_once_and_without_a_statement() -> None:
    found = failure(psycopg.errors.InsufficientPrivilege("permission denied for table trials"))
    assert isinstance(found, RunError)
    assert "permission denied for table trials" in str(found)
    assert "SELECT" not in str(found)
    assert not isinstance(found, AwayError)
