"""Sweeps in a database of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from mlcore.sweeps import Sweep
from mlcore.sweeps.shared.address import Address, read_address
from mlcore.sweeps.shared.opening import connected, create_shared
from mlcore.sweeps.shared.study import SharedStudy

if TYPE_CHECKING:
    from tests.postgres import Postgres

Make = Callable[..., Sweep]


@pytest.fixture
def address(postgres: Postgres) -> Address:
    """Of an empty database."""
    return read_address(postgres.database())


@pytest.fixture
def join(address: Address) -> Iterator[Callable[[str], SharedStudy]]:
    """The study `tiny` as a worker of some name has it."""
    with ExitStack() as stack:

        def connect(owner: str) -> SharedStudy:
            storage = stack.enter_context(connected(address, owner))
            return SharedStudy(storage, address, "tiny")

        yield connect


@pytest.fixture
def begun(address: Address, make: Make) -> Callable[..., Sweep]:
    """Begins the sweep `tiny` in the database."""

    def begin(space: list[str], patience: float = 60, **options: Any) -> Sweep:
        sweep = make(space, **options)
        with connected(address, make_tables=True) as storage:
            create_shared(storage, sweep, patience)
        return sweep

    return begin
