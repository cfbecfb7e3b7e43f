"""The sweeps beside the runs: read for all sessions together, begun and ended for any of them."""

from __future__ import annotations

import atexit
import contextlib
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import server
from dashboard.server.shared import shared
from dashboard.server.shared_sweeps import SharedSweeps
from mlcore.errors import MlcoreError
from mlcore.sweeps import Sweep, SweepFolder, SweepSummary, find_sweep, read_sweep, sweep_folders
from mlcore.sweeps.background import launch
from mlcore.sweeps.starting import check_trials
from mlcore.sweeps.stopping import stop_sweep
from mlcore.sweeps.sweep import is_sweep_name

__all__ = ["Sweeps", "is_shared", "key_of", "sweep_at", "sweeps"]

_KEPT = 0.5  # seconds for which what was read of a sweep serves all sessions
_STOPPING = 5.0  # seconds that a click waits for runs which no process follows any more
_PARTING = 20.0  # seconds that the sweeps have when the server ends
_SHARED = "database:"  # begins the key of a sweep of many machines; in no name of a sweep


class Sweeps:
    """The sweeps of the server's runs folder; safe from any thread.

    What a sweep is and how far it is stands in its folder and its runs, so that those that a shell
    or another server started are shown as well.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, subprocess.Popen[bytes]] = {}  # by this server
        self._ending: set[str] = set()  # those of them that were asked to stop
        self.database = SharedSweeps()

    def names(self) -> Sequence[str]:
        """The names of the sweeps, the newest first."""
        return [name for _created, name in self._named()]

    def keys(self) -> tuple[Sequence[str], MlcoreError | None]:
        """The keys of these sweeps and those of the database, the newest first.

        Returns:
            Them, and why those of the database are not among them.
        """
        found = self._named()
        try:
            found += [(one.created, _SHARED + one.name) for one in self.database.asked()]
        except MlcoreError as error:
            return [key for _created, key in found], error
        return [key for _created, key in sorted(found, reverse=True)], None

    def _named(self) -> list[tuple[float, str]]:
        found = [(self._created(folder), folder.name) for folder in sweep_folders(_root())]
        return sorted(found, reverse=True)

    def look(self, name: str) -> SweepSummary:
        """A sweep and its trials, as they were half a second ago at the most.

        Raises:
            RunError: there is none, or its file cannot be read.
        """
        key = ("sweep", str(_root()), name)
        return shared().get(
            key, _KEPT, lambda: read_sweep(find_sweep(_root(), name), server.store())
        )

    def starting(self, name: str) -> bool:
        """Whether a process that this server started for a stopped sweep is about to run it."""
        with self._lock:
            process = self._begun.get(name)
            living = process is not None and process.poll() is None
            return living and name not in self._ending

    def error(self, name: str) -> MlcoreError | None:
        """Why a sweep ended before its time."""
        return SweepFolder(_root(), name).error

    def start(self, sweep: Sweep) -> None:
        """Begin a sweep.

        Raises:
            RunError: there is one of its name, or its folder cannot be written.
            JobError: no process can be started.
        """
        folder = SweepFolder(_root(), sweep.name)
        with folder.control():
            folder.begin(sweep)
        self.go_on(sweep.name)

    def go_on(self, name: str) -> None:
        """Continue a sweep, unless a process runs it.

        Raises:
            JobError: no process can be started.
        """
        folder = SweepFolder(_root(), name)
        with self._lock:
            self._ending.discard(name)
            process = self._begun.get(name)
            if folder.controller is None and (process is None or process.poll() is not None):
                self._begun[name] = launch(folder)

    def stop(self, name: str) -> None:
        """Stop a sweep and its runs, each with a checkpoint; does not wait for a living process.

        Raises:
            RunError: its folder cannot be read or written.
        """
        folder = SweepFolder(_root(), name)
        with self._lock:
            self._ending.add(name)
            process = self._begun.get(name)
            if folder.controller is None and process is not None and process.poll() is None:
                process.terminate()  # it has not begun its work
                return
        if folder.controller is not None:
            folder.ask_stop()
        else:
            stop_sweep(folder, server.store(), _STOPPING)

    def change(self, name: str, trials: int, jobs: int) -> None:
        """Ask for another number of trials in all, or at once; a living process follows.

        Raises:
            SettingsError: a grid has fewer trials.
            RunError: its file cannot be read or written.
        """
        folder = find_sweep(_root(), name)
        trials = check_trials(folder.read(), trials, len(self.look(name).trials))
        folder.change(trials=trials, jobs=jobs)

    def close(self) -> None:
        """Stop the sweeps and workers that this server has begun, with their runs."""
        with self._lock:
            living = [one for one in self._begun.values() if one.poll() is None]
        living += self.database.processes()
        for one in living:
            one.terminate()
        for one in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(_PARTING)

    @staticmethod
    def _created(folder: SweepFolder) -> float:
        try:
            return folder.read().created
        except MlcoreError:  # said where it is shown
            return 0.0


def key_of(found: SweepSummary) -> str:
    """What distinguishes a sweep from all others, here and in the database."""
    return _SHARED + found.sweep.name if found.database else found.sweep.name


def is_shared(key: str) -> bool:
    """Whether a key is that of a sweep in the database; an address may hold anything."""
    return key.startswith(_SHARED) and is_sweep_name(key.removeprefix(_SHARED))


def sweep_at(key: str) -> tuple[Sweeps | SharedSweeps, str]:
    """Where the sweep of a key is looked at and steered, and its name there."""
    return (sweeps().database if is_shared(key) else sweeps()), key.removeprefix(_SHARED)


def _root() -> Path:
    return server.store().root


@st.cache_resource(show_spinner=False)
def sweeps() -> Sweeps:
    """The sweeps, shared by all sessions of this server, whose end stops those that it began."""
    found = Sweeps()
    atexit.register(found.close)
    return found
