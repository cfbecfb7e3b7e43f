"""The lessons of this server: each runs in a short job, and its curves are kept."""

from __future__ import annotations

import itertools
import threading

import streamlit as st

from dashboard.server.followed import Followed
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
        self._runs: Followed[_Key, Pair] = Followed(lambda told, _: Pair.from_json(told), _KEPT)
        self._numbers = itertools.count(1)

    def start(self, name: str, seed: int) -> int:
        """Run a lesson, unless it runs already; gives the number of the run.

        Raises:
            JobError: no process can be started.
        """
        with self._lock:
            for key, pair in self._runs.under_way().items():
                if key[:2] == (name, seed) and not pair.done:
                    return key[2]
            key = name, seed, next(self._numbers)
            self._runs.start(key, "lesson", {"lesson": name, "seed": seed}, Pair())
            return key[2]

    def look(self, name: str, seed: int, number: int) -> Pair | None:
        """The curves of a run up to now; None where it ended too long ago, or failed.

        Raises:
            MlcoreError: the job failed; it can be started again.
        """
        return self._runs.look((name, seed, number))


@st.cache_resource(show_spinner=False)
def lessons() -> Lessons:
    """The lessons that all sessions of this server share."""
    return Lessons()
