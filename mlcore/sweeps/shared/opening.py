"""A database of shared sweeps is opened, and a sweep is begun in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import optuna
import psycopg

from mlcore.errors import MlcoreError, RunError
from mlcore.rules import shortened
from mlcore.sweeps.optuna_parts import direction_of
from mlcore.sweeps.shared.address import Address
from mlcore.sweeps.shared.again import FAULTS, AwayError, fault
from mlcore.sweeps.shared.storage import SWEEP, SharedStorage
from mlcore.sweeps.sweep import Sweep

__all__ = ["PATIENCE", "NoSweepsError", "connected", "create_shared", "sweep_of"]

PATIENCE = "patience"
"""Attribute of the study: seconds without a sign of life after which a trial is taken over."""


class NoSweepsError(RunError):
    """The database holds no sweeps, and never did."""


@contextlib.contextmanager
def connected(address: Address, owner: str = "", *, make_tables: bool = False) -> Iterator[Any]:
    """The tables of a database, as a `SharedStorage`; for one who has only just named it.

    Raises:
        RunError: it cannot be reached or used.
        NoSweepsError: it holds no sweeps, where none are to be made.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage: SharedStorage | None = None
    try:
        with _said(address):
            storage = SharedStorage(address, owner, make_tables=make_tables)
            yield storage
    except AwayError as away:
        raise away.at_first from None
    finally:
        if storage is not None:
            with contextlib.suppress(*FAULTS):
                storage.remove_session()
            storage.engine.dispose()


def create_shared(storage: SharedStorage, sweep: Sweep, patience: float) -> None:
    """Begin a sweep.

    Args:
        storage: tables that may be written.
        sweep: what is asked of it.
        patience: seconds without a sign of life after which a trial is taken over.

    Raises:
        RunError: there is a study of this name.
    """
    try:
        study = optuna.create_study(
            storage=storage, study_name=sweep.name, direction=direction_of(sweep.objective)
        )
    except optuna.exceptions.DuplicatedStudyError:
        raise RunError(
            "There is a sweep {sweep} already: choose another name, or work on that one with "
            "`mlcore sweep worker {sweep}`.",
            sweep=sweep.name,
        ) from None
    study.set_user_attr(PATIENCE, patience)
    study.set_user_attr(SWEEP, sweep.to_json())


def sweep_of(attributes: Mapping[str, Any], name: str) -> Sweep:
    """What is asked of a sweep, as its study has it.

    Raises:
        RunError: the study is no sweep of ours, or of a later version.
    """
    try:
        return Sweep.from_json(attributes[SWEEP])
    except (MlcoreError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            "The study {name!r} is no sweep that this version can work on: start one of another "
            "name.",
            name=shortened(name),
        ) from error


@contextlib.contextmanager
def _said(address: Address) -> Iterator[None]:
    try:
        yield
    except FAULTS as error:
        if any(isinstance(one, psycopg.errors.UndefinedTable) for one in _causes(error)):
            raise NoSweepsError(
                "There are no sweeps in {database} yet: `mlcore sweep start` begins one.",
                database=address.shown,
            ) from None
        raise fault(error, address) from None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = getattr(cause, "orig", None) or cause.__cause__
