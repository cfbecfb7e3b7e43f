"""Histories of runs, shared by all sessions: each log is read once, and then only its new lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mlcore.events import EpochDone
from mlcore.runs import ENDED, History, RunFolder, RunInfo

__all__ = ["MOST", "epochs_of", "first_step_of", "history_of"]

MOST = 40
"""Histories kept, the most recently used ones; one of 100,000 steps takes half a megabyte."""

_MOST_ENDED = 1_000  # runs whose epochs are kept


def history_of(folder: RunFolder) -> History:
    """The history of a run, read up to now; the next call for it gives a newer one.

    All sessions of the server share what was read, but not the object: while one thread draws
    it, another may read on.
    """
    history = _history(folder.path)
    history.refresh()
    return history.snapshot()


def epochs_of(info: RunInfo) -> Sequence[EpochDone]:
    """The epochs of a run; those of one that has ended are kept apart from its losses."""
    if info.state not in ENDED:
        return history_of(RunFolder(info.path)).epochs
    return _ended(info.path, _changed(info.path))[0]


def first_step_of(info: RunInfo) -> int:
    """The step at which a run began; kept likewise."""
    if info.state not in ENDED:
        return _begin(history_of(RunFolder(info.path)))
    return _ended(info.path, _changed(info.path))[1]


def _begin(history: History) -> int:
    return history.starts[0].step if history.starts else 0


def _changed(path: Path) -> tuple[int, int]:
    try:
        log = RunFolder(path).events_path.stat()
    except OSError:  # deleted meanwhile
        return 0, 0
    return log.st_size, log.st_mtime_ns


@st.cache_resource(max_entries=_MOST_ENDED, show_spinner=False)
def _ended(
    path: Path,
    changed: tuple[int, int],  # noqa: ARG001  part of the cache key
) -> tuple[Sequence[EpochDone], int]:
    history = History(RunFolder(path))
    history.refresh()
    return tuple(history.epochs), _begin(history)


@st.cache_resource(max_entries=MOST, show_spinner=False)
def _history(path: Path) -> History:
    return History(RunFolder(path))
