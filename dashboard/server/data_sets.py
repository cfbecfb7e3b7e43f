"""Data sets that all sessions share: whether one can be used, its download, its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import streamlit as st

from dashboard import server
from dashboard.words.translation import _
from mlcore.config import DataConfig, data_root
from mlcore.data import RawData, load_raw, status
from mlcore.errors import MlcoreError

__all__ = ["Downloads", "Source", "changed", "downloads", "images", "source", "start", "usable"]

FIRST = "mnist"
"""The data set that is fetched without being asked, and replaced by `SPARE` where it cannot."""
SPARE = "digits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a data set stands on this machine."""

    name: str
    title: str
    state: Literal["ready", "bundled", "missing", "damaged", "fetching", "failed"]
    message: str  # one sentence
    size: int  # bytes of a download, about
    file: str = ""  # that is being downloaded
    done: int = 0  # bytes of it
    total: int = 0  # bytes of it; 0: not known

    @property
    def usable(self) -> bool:
        """Whether one can train on it now."""
        return self.state in ("ready", "bundled")


class _Job(Protocol):
    def poll(self) -> Mapping[str, Any] | None: ...
    def progress(self) -> Mapping[str, Any] | None: ...


class _Submits(Protocol):
    def submit(self, kind: str, request: Mapping[str, Any]) -> _Job: ...


class Downloads:
    """The downloads under way and the ones that failed, by data set and folder."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, Path], _Job] = {}
        self._failed: dict[tuple[str, Path], str] = {}

    def start(self, name: str, root: Path, jobs: _Submits) -> None:
        """Begin a download, unless it is under way; a failure is kept like any other."""
        key = (name, root)
        if key in self._jobs:
            return
        self._failed.pop(key, None)
        try:
            self._jobs[key] = jobs.submit("fetch", {"name": name, "root": str(root.resolve())})
        except MlcoreError as error:
            self._failed[key] = str(error)

    def job(self, name: str, root: Path) -> _Job | None:
        """The download under way; None once it has ended, well or not."""
        key = (name, root)
        job = self._jobs.get(key)
        if job is None:
            return None
        try:
            if job.poll() is None:
                return job
        except MlcoreError as error:
            self._failed[key] = str(error)
        self._jobs.pop(key, None)
        return None

    def failure(self, name: str, root: Path) -> str:
        """Why the last download failed, in a sentence; empty where it did not."""
        return self._failed.get((name, root), "")


@st.cache_resource(show_spinner=False)
def downloads() -> Downloads:
    """The downloads of this server, shared by all sessions."""
    return Downloads()


def source(name: str, root: Path) -> Source:
    """How a data set stands: its files, else its download. Cheap enough for every run."""
    found = status(name, root)
    job = None if found.usable else downloads().job(name, root)
    if job is not None:
        progress = job.progress() or {}
        return Source(
            name=name,
            title=found.title,
            state="fetching",
            message=f"{found.title} is being downloaded.",
            size=found.download_bytes,
            file=str(progress.get("file", "")),
            done=int(progress.get("done") or 0),
            total=int(progress.get("total") or 0),
        )
    found = status(name, root)  # a download may have ended just now
    failure = "" if found.usable else downloads().failure(name, root)
    return Source(
        name=name,
        title=found.title,
        state="failed" if failure else found.state,
        message=failure or found.message,
        size=found.download_bytes,
    )


def usable(config: DataConfig) -> bool:
    """Whether a run on these data could start now."""
    return source(config.name, data_root(config)).usable


def start(name: str, root: Path) -> None:
    """Begin to download a data set in the background."""
    downloads().start(name, root, server.jobs())


def images(name: str, root: Path) -> RawData:
    """The images of a data set and their labels, read once for all sessions."""
    with st.spinner(_("Reading the images …")):
        return _read(name, root, changed(name, root))


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(name: str, root: Path, changed: float) -> RawData:  # noqa: ARG001  part of the cache key
    return load_raw(name, root)


def changed(name: str, root: Path) -> float:
    """When the files of a data set changed last, unix seconds; for caches. 0 where bundled."""
    folder = status(name, root).folder
    return folder.stat().st_mtime if folder and folder.is_dir() else 0.0
