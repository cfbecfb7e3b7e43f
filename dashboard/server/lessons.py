"""The lessons of this server: each runs in a short job, and its curves are kept."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict

import streamlit as st

from dashboard import server
from mlcore.errors import MlcoreError
from mlcore.jobs import Job
from mlcore.lessons import Pair

__all__ = ["Lessons", "lessons"]

_KEPT = 40  # pairs of curves; one takes 20 to 300 KB

_Key = tuple[str, int, int]  # name of the lesson, seed, number


class Lessons:
    """Lessons that run and that have run; safe from any thread.

    Who asks for one that runs at this moment sees the same run. One that has ended is left to those
    who look at it: who asks later gets another.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[_Key, Job] = {}
        self._pairs: OrderedDict[_Key, Pair] = OrderedDict()
        self._numbers = itertools.count(1)

    def start(self, name: str, seed: int) -> int:
        """Run a lesson, unless it runs already; gives the number of the run.

        Raises:
            JobError: no process can be started.
        """
        with self._lock:
            for key in self._jobs:
                if key[:2] == (name, seed) and not self._pairs[key].done:
                    return key[2]
            key = name, seed, next(self._numbers)
            self._jobs[key] = server.jobs().submit("lesson", {"lesson": name, "seed": seed})
            self._keep(key, Pair())
            return key[2]

    def look(self, name: str, seed: int, number: int) -> Pair | None:
        """The curves of a run up to now; None where it ended too long ago, or failed.

        Raises:
            MlcoreError: the job failed; it can be started again.
        """
        key = name, seed, number
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
