"""The lessons of this server: each runs in a short job, and its curves are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

import streamlit as st

from dashboard import server
from mlcore.errors import MlcoreError
from mlcore.jobs import Job
from mlcore.lessons import Pair

__all__ = ["Lessons", "lessons"]

_KEPT = 40  # pairs of curves; one takes 20 to 300 KB

_Key = tuple[str, int]  # name of the lesson, seed


class Lessons:
    """Lessons that run and that have run; safe from any thread.

    Who asks for one that runs at this moment sees the same run.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[_Key, Job] = {}
        self._pairs: OrderedDict[_Key, Pair] = OrderedDict()

    def start(self, name: str, seed: int) -> None:
        """Run a lesson, unless it runs already.

        Raises:
            JobError: no process can be started.
        """
        key = name, seed
        with self._lock:
            if key in self._jobs:
                return
            self._jobs[key] = server.jobs().submit("lesson", {"lesson": name, "seed": seed})
            self._keep(key, Pair())

    def look(self, name: str, seed: int) -> Pair | None:
        """The curves up to now; None where it was never run, or too long ago.

        Raises:
            MlcoreError: the job failed; it can be started again.
        """
        key = name, seed
        with self._lock:
            job = self._jobs.get(key)
            if job is not None:
                self._take(key, job)
            return self._pairs.get(key)

    def _take(self, key: _Key, job: Job) -> None:
        try:
            result = job.poll()
            found = job.progress() if result is None else result
        except MlcoreError:
            del self._jobs[key], self._pairs[key]
            raise
        if found is not None:
            self._keep(key, Pair.from_json(found))
        if result is not None:
            del self._jobs[key]

    def _keep(self, key: _Key, pair: Pair) -> None:
        self._pairs[key] = pair
        self._pairs.move_to_end(key)
        for old in list(self._pairs)[:-_KEPT]:
            if old not in self._jobs:
                del self._pairs[old]


@st.cache_resource(show_spinner=False)
def lessons() -> Lessons:
    """The lessons that all sessions of this server share."""
    return Lessons()
