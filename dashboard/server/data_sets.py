"""Data sets that all sessions share: whether one can be used, its download, its images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from dashboard import server
from dashboard.server.downloads import downloads
from dashboard.words.translation import _, sentence
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import RawData, load_raw, status
from mlcore.errors import DataMissingError, MlcoreError, SettingsError

__all__ = [
    "Source",
    "changed",
    "images",
    "keep_ready",
    "source",
    "start",
    "usable",
    "why_not_trainable",
]

FIRST = "mnist"
"""The data set that is downloaded without being asked for; `SPARE` replaces it where it cannot."""
SPARE = "digits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The files of a data set on this machine, and their download."""

    name: str
    state: Literal["ready", "bundled", "missing", "damaged", "fetching", "failed"]
    message: str  # one sentence
    size: int  # bytes of a download, about
    file: str = ""  # the one that is being downloaded
    done: int = 0  # bytes of it
    total: int = 0  # bytes of it; 0: not known

    @property
    def usable(self) -> bool:
        """Whether a run can train on it now."""
        return self.state in ("ready", "bundled")


def source(name: str, root: Path) -> Source:
    """A data set's files, else its download; cheap enough for every run of the script."""
    found = status(name, root)
    job = None if found.usable else downloads().running(name, root)
    if job is not None:
        progress = job.progress() or {}
        return Source(
            name=name,
            state="fetching",
            message=_("{title} is being downloaded.", title=found.title),
            size=found.download_bytes,
            file=str(progress.get("file", "")),
            done=int(progress.get("done") or 0),
            total=int(progress.get("total") or 0),
        )
    found = status(name, root)  # a download may have ended just now
    error = None if found.usable else downloads().error(name, root)
    return Source(
        name=name,
        state="failed" if error else found.state,
        message=sentence(error or found.fault or found.message),
        size=found.download_bytes,
    )


def usable(config: DataConfig) -> bool:
    """Whether a run on these data could start now."""
    return source(config.name, data_root(config)).usable


def why_not_trainable(config: RunConfig | None) -> MlcoreError | None:
    """Why no run can be started with these settings; None where one can."""
    if config is None:
        return SettingsError("A setting in the sidebar cannot be used; the reason is shown there.")
    if not usable(config.data):
        return DataMissingError(
            "The data set is not on this machine yet; the box on this page says how to get it."
        )
    return None


def start(name: str, root: Path) -> None:
    """Start to download a data set in the background."""
    downloads().start(name, root, server.jobs())


def keep_ready(config: DataConfig) -> None:
    """Keep usable data in the supervisor's memory, where a run that starts finds them."""
    if usable(config):
        _warm(config.name, data_root(config))


@st.cache_resource(show_spinner=False, max_entries=1)
def _warm(name: str, root: Path) -> None:
    """Cached, so that it is sent once for each change of data set."""
    server.jobs().warm(name, root)


def images(name: str, root: Path) -> RawData:
    """The images of a data set and their labels, read once for all sessions."""
    with st.spinner(_("Reading the images …")):
        return _read(name, root, changed(name, root))


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(name: str, root: Path, changed: float) -> RawData:  # noqa: ARG001  part of the cache key
    return load_raw(name, root)


def changed(name: str, root: Path) -> float:
    """When the files of a data set last changed (unix seconds), for cache keys; 0 where bundled."""
    folder = status(name, root).folder
    return folder.stat().st_mtime if folder and folder.is_dir() else 0.0
