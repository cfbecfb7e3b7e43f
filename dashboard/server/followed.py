"""Short jobs that all sessions of this server follow together."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from dashboard import server
from mlcore.errors import MlcoreError
from mlcore.jobs import Job

__all__ = ["Followed"]

K = TypeVar("K")
T = TypeVar("T")


class Followed(Generic[K, T]):
    """Jobs by key, and what is known of each; whoever looks asks how far it is.

    Safe from any thread.

    Args:
        read: what is known, from the progress of a job or, where the second argument says so, from
            its result.
        most: jobs that have ended of which something is known; the oldest are forgotten.
    """

    def __init__(self, read: Callable[[Mapping[str, Any], bool], T], most: int) -> None:
        self._read, self._most = read, most
        self._lock = threading.RLock()
        self._jobs: dict[K, Job] = {}
        self._known: OrderedDict[K, T] = OrderedDict()

    def start(self, key: K, kind: str, request: Mapping[str, Any], first: T) -> None:
        """Ask for a job, unless it is under way under this key; at first `first` is known of it.

        Raises:
            JobError: no process can be started.
        """
        with self._lock:
            if key not in self._jobs:
                self._jobs[key] = server.jobs().submit(kind, request)
                self.keep(key, first)

    def look(self, key: K) -> T | None:
        """What is known; None where there was no such job, or it is forgotten.

        Raises:
            MlcoreError: the job failed; it is forgotten, and can be started again.
        """
        with self._lock:
            if key in self._jobs:
                self._poll(key, self._jobs[key])
            return self._known.get(key)

    def under_way(self) -> dict[K, T]:
        """What was known at the last look of the jobs whose end nobody has seen."""
        with self._lock:
            return {key: self._known[key] for key in self._jobs}

    def keep(self, key: K, known: T) -> None:
        """Know this from now on."""
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            for old in list(self._known)[: -self._most]:
                if old not in self._jobs:
                    del self._known[old]

    def stop(self, key: K) -> None:
        """Ask a job to end without a result."""
        with self._lock:
            if key in self._jobs:
                self._jobs[key].stop()

    def forget(self, key: K) -> None:
        """Drop what is known of a job that has ended."""
        with self._lock:
            if key not in self._jobs:
                self._known.pop(key, None)

    def _poll(self, key: K, job: Job) -> None:
        try:
            result = job.poll()
        except MlcoreError:
            del self._jobs[key], self._known[key]
            raise
        if result is not None:
            del self._jobs[key]
            self.keep(key, self._read(result, True))
        elif (progress := job.progress()) is not None:
            self.keep(key, self._read(progress, False))
