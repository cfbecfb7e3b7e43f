"""The replays of this server: each is a short job, seen by all sessions that look at its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.server.followed import Followed
from mlcore.errors import MlcoreError
from mlcore.files import size_of
from mlcore.runs import RunFolder

__all__ = ["Replayed", "Replays", "replays"]

_KEPT = 100  # results

_Key = tuple[str, int]  # id of the run, bytes of its history: what is said of a run ends with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What is known of a replay: how far it is, or what it found, or why it failed."""

    done: int = 0  # steps
    of: int = 0  # 0: not known yet
    result: Mapping[str, Any] | None = None  # as `mlcore.jobs.replays.replay_run` returns it
    error: MlcoreError | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self.error is not None


class Replays:
    """The newest replay of each run as its history is now; safe from any thread.

    All methods take the run's folder.
    """

    def __init__(self) -> None:
        self._runs: Followed[_Key, Replayed] = Followed(_read, _KEPT)

    def start(self, run: Path) -> None:
        """Replay a run, unless that is under way.

        Raises:
            JobError: no process can be started.
        """
        self._runs.start(_key(run), "replay", {"run": str(run)}, Replayed())

    def look(self, run: Path) -> Replayed | None:
        """What is known of the replay of a run; None where there is none."""
        key = _key(run)
        try:
            return self._runs.look(key)
        except MlcoreError as error:
            failed = Replayed(error=error)
            self._runs.keep(key, failed)
            return failed

    def stop(self, run: Path) -> None:
        """Ask the replay of a run to end."""
        self._runs.stop(_key(run))

    def forget(self, run: Path) -> None:
        """Drop what a replay of a run has found; one under way goes on."""
        self._runs.forget(_key(run))


def _key(run: Path) -> _Key:
    return run.name, size_of(RunFolder(run).events_path)


def _read(told: Mapping[str, Any], ended: bool) -> Replayed:
    if ended:
        return Replayed(result=told)
    return Replayed(done=int(told["done"]), of=int(told["of"]))


@st.cache_resource(show_spinner=False)
def replays() -> Replays:
    """The replays that all sessions of this server share."""
    return Replays()
