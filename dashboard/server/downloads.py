"""The downloads of data sets: one of each for all sessions of this server."""

from __future__ import annotations

import threading
from pathlib import Path

import streamlit as st

from mlcore.errors import MlcoreError
from mlcore.jobs import Job, Jobs

__all__ = ["Downloads", "downloads"]


class Downloads:
    """The running downloads and the errors of those that failed, by data set and folder.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, Path], Job] = {}
        self._errors: dict[tuple[str, Path], MlcoreError] = {}

    def start(self, name: str, root: Path, jobs: Jobs) -> None:
        """Start a download, unless it is running; its error is kept, and not raised."""
        key = (name, root)
        with self._lock:
            if key in self._jobs:
                return
            self._errors.pop(key, None)
            try:
                self._jobs[key] = jobs.submit("fetch", {"name": name, "root": str(root.resolve())})
            except MlcoreError as error:
                self._errors[key] = error

    def running(self, name: str, root: Path) -> Job | None:
        """The running download; None once it has ended."""
        key = (name, root)
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            try:
                if job.poll() is None:
                    return job
            except MlcoreError as error:
                self._errors[key] = error
            del self._jobs[key]
        return None

    def error(self, name: str, root: Path) -> MlcoreError | None:
        """Why the last download failed; None where it did not."""
        return self._errors.get((name, root))


@st.cache_resource(show_spinner=False)
def downloads() -> Downloads:
    """The downloads of this server."""
    return Downloads()
