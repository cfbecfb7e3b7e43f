"""The replays of this server: each is a short job, seen by all sessions that look at its run."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import server
from mlcore.errors import MlcoreError
from mlcore.jobs import Job

__all__ = ["Replayed", "Replays", "replays"]

_KEPT = 100  # results


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What is known of a replay: how far it is, or what it found, or why it failed."""

    done: int = 0  # steps
    of: int = 0  # 0: not known yet
    result: dict[str, Any] | None = None  # as `mlcore.jobs.replays.replay_run` returns it
    error: MlcoreError | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self.error is not None


class Replays:
    """One replay for each run, the newest; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._known: OrderedDict[str, Replayed] = OrderedDict()

    def start(self, run: Path) -> None:
        """Replay the run in this folder, unless that is under way.

        Raises:
            JobError: no process can be started.
        """
        with self._lock:
            if run.name not in self._jobs:
                self._jobs[run.name] = server.jobs().submit("replay", {"run": str(run)})
                self._keep(run.name, Replayed())

    def look(self, run: str) -> Replayed | None:
        """What is known of the replay of a run; None where there is none."""
        with self._lock:
            job = self._jobs.get(run)
            if job is not None:
                self._keep(run, _polled(job))
                if self._known[run].ended:
                    del self._jobs[run]
            return self._known.get(run)

    def stop(self, run: str) -> None:
        """Ask the replay of a run to end."""
        with self._lock:
            if run in self._jobs:
                self._jobs[run].stop()

    def forget(self, run: str) -> None:
        """Drop what a replay of a run has found; one under way goes on."""
        with self._lock:
            if run not in self._jobs:
                self._known.pop(run, None)

    def _keep(self, run: str, known: Replayed) -> None:
        self._known[run] = known
        self._known.move_to_end(run)
        for old in list(self._known)[:-_KEPT]:
            if old not in self._jobs:
                del self._known[old]


def _polled(job: Job) -> Replayed:
    try:
        result = job.poll()
    except MlcoreError as error:
        return Replayed(error=error)
    if result is not None:
        return Replayed(result=result)
    progress = job.progress() or {}
    return Replayed(done=int(progress.get("done", 0)), of=int(progress.get("of", 0)))


@st.cache_resource(show_spinner=False)
def replays() -> Replays:
    """The replays that all sessions of this server share."""
    return Replays()
