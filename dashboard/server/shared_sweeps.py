"""The sweeps of many machines, in the database that the environment names; worked on here, too.

A server that was started without an address knows none.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dashboard import server
from dashboard.server.data_sets import usable
from dashboard.server.shared import shared
from mlcore.config import DataConfig
from mlcore.errors import DataMissingError, MlcoreError
from mlcore.runs import RunInfo
from mlcore.sweeps import Sweep, SweepSummary, SweepTrial
from mlcore.sweeps.shared.background import launch_worker, worker_place

if TYPE_CHECKING:
    from mlcore.sweeps.shared.address import Address

__all__ = ["SharedSweeps"]

_KEPT, _LISTED = 1.0, 5.0  # seconds for which what was read serves all sessions
_AWAY = 8.0  # seconds for which a database that did not answer is not asked again

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Failed:
    error: MlcoreError
    until: float  # on the monotonic clock


class SharedSweeps:
    """The sweeps of the database; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, subprocess.Popen[bytes]] = {}  # workers that this server started
        self._ending: set[str] = set()  # those of them that were asked to end
        self._failed: dict[tuple[str, ...], _Failed] = {}

    def asked(self) -> list[Sweep]:
        """What is asked of each of them, the newest first; none where there is no address.

        Raises:
            SettingsError: the address is none.
            RunError: the database cannot be used.
        """
        if _address() is None:
            return []
        from mlcore.sweeps.shared.looking import shared_sweeps  # loads Optuna

        found = self._kept("", _LISTED, shared_sweeps)
        return sorted(found, key=lambda one: (one.created, one.name), reverse=True)

    def look(self, name: str) -> SweepSummary:
        """A sweep and its trials, as they were a second ago at the most.

        Trials whose run lies in this server's folder have all that is known of it, and no place.

        Raises:
            SettingsError: the address is none.
            RunError: there is no such sweep, or the database cannot be used.
        """
        from mlcore.sweeps.shared.looking import look_at  # loads Optuna

        found = self._kept(name, _KEPT, lambda address: look_at(address, name))
        here = {info.id: info for info in server.store().list() if info.sweep == found.sweep.id}
        return replace(found, trials=tuple(_placed(one, here) for one in found.trials))

    def works_here(self, name: str) -> bool:
        """Whether a worker of this server's folder works on a sweep, or is about to."""
        with self._lock:
            return self._working(name)

    def starting(self, name: str) -> bool:
        """Whether a worker here is about to work on a sweep that stands still."""
        with self._lock:
            return self._working(name) and name not in self._ending

    def error(self, name: str) -> MlcoreError | None:
        """Why the worker here ended before its time."""
        return worker_place(_root(), name).error

    def go_on(self, name: str) -> None:
        """Let a sweep go on on all machines, and work on it here.

        Raises:
            SettingsError: the address is none.
            RunError: there is no such sweep, or the database cannot be used.
            DataMissingError: its images are not on this machine.
            JobError: no process can be started.
        """
        from mlcore.sweeps.shared.looking import go_on  # loads Optuna

        settings = self.look(name).sweep.settings
        data = DataConfig(name=settings["data.name"], root=settings["data.root"])  # type: ignore[arg-type]
        if not usable(data):
            raise DataMissingError(
                "The data set {name} of this sweep is not on this machine: choose it in the "
                "sidebar, and the box on the page says how to get it.",
                name=data.name,
            )
        self._change(name, lambda address: go_on(address, name))
        with self._lock:
            self._ending.discard(name)
            if not self._working(name):
                self._begun[name] = launch_worker(_root(), name)

    def leave(self, name: str) -> None:
        """End the worker here; its trials are left to the others."""
        record = worker_place(_root(), name).controller
        with self._lock:
            self._ending.add(name)
            process = self._begun.get(name)
        if process is not None and process.poll() is None:
            process.terminate()
        elif record is not None:
            with contextlib.suppress(OSError):
                os.kill(record.pid, signal.SIGTERM)

    def stop(self, name: str) -> None:
        """Ask all workers to end, on every machine.

        Raises:
            RunError: there is no such sweep, or the database cannot be used.
        """
        from mlcore.sweeps.shared.looking import ask_stop  # loads Optuna

        self._change(name, lambda address: ask_stop(address, name))
        with self._lock:
            self._ending.add(name)

    def change(self, name: str, trials: int, jobs: int) -> None:
        """Ask for another number of trials in all, or at once on each machine.

        Raises:
            SettingsError: a grid has fewer trials.
            RunError: there is no such sweep, or the database cannot be used.
        """
        from mlcore.sweeps.shared.looking import change  # loads Optuna

        self._change(name, lambda address: change(address, name, trials=trials, jobs=jobs))

    def processes(self) -> list[subprocess.Popen[bytes]]:
        """The living workers that this server has started."""
        with self._lock:
            return [one for one in self._begun.values() if one.poll() is None]

    def _working(self, name: str) -> bool:
        process = self._begun.get(name)
        living = process is not None and process.poll() is None
        return living or worker_place(_root(), name).controller is not None

    def _kept(self, name: str, seconds: float, read: Callable[[Address], T]) -> T:
        """What was read, by any session; a database that is away is not waited for each time."""
        address = _known_address()
        key = _key(address, name)

        def compute() -> T:
            failed = self._failed.get(key)
            if failed is not None and time.monotonic() < failed.until:
                raise failed.error
            try:
                return read(address)
            except MlcoreError as error:
                now = time.monotonic()
                still = {one: kept for one, kept in self._failed.items() if now < kept.until}
                self._failed = still | {key: _Failed(error, now + _AWAY)}
                raise

        found: T = shared().get(key, seconds, compute)
        return found

    def _change(self, name: str, write: Callable[[Address], object]) -> None:
        """Write what a click asks for, and have it seen at once."""
        address = _known_address()
        write(address)
        self._failed.pop(_key(address, name), None)
        shared().forget(_key(address, name))


def _key(address: Address, name: str) -> tuple[str, ...]:
    return "shared-sweep", address.shown, name


def _placed(trial: SweepTrial, here: dict[str, RunInfo]) -> SweepTrial:
    """The trial with its run, where that lies here."""
    info = here.get(trial.run.id)
    return trial if info is None else replace(trial, run=info, place=None)


def _address() -> Address | None:
    if not os.environ.get("MLCORE_SWEEP_STORAGE"):
        return None
    from mlcore.sweeps.shared.address import find_address  # loads SQLAlchemy

    return find_address("", "")


def _known_address() -> Address:
    address = _address()
    assert address is not None, "only sweeps of the database are asked for"
    return address


def _root() -> Path:
    return server.store().root
