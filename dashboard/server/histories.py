"""Histories of runs, shared by all sessions: each log is read once, and then only its new lines."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from mlcore.runs import History, RunFolder

__all__ = ["MOST", "history_of"]

MOST = 40
"""Histories kept, the most recently used ones; one of 100,000 steps takes half a megabyte."""


def history_of(folder: RunFolder) -> History:
    """The history of a run, read up to now; the next call for it gives a newer one.

    All sessions of the server share what was read, but not the object: while one thread draws
    it, another may read on.
    """
    history = _history(folder.path)
    history.refresh()
    return history.snapshot()


@st.cache_resource(max_entries=MOST, show_spinner=False)
def _history(path: Path) -> History:
    return History(RunFolder(path))
