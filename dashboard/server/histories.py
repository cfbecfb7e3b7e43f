"""Histories of runs, shared by all sessions: each log is read once, and then only what is new."""

from __future__ import annotations

import threading
from collections import OrderedDict

import streamlit as st

from mlcore.runs import History, RunFolder

__all__ = ["HistoryShelf", "history_of"]

_KEPT = 40  # runs, six on one chart; a history of 100,000 steps takes about half a megabyte


class HistoryShelf:
    """The histories looked at last, by run folder."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, History] = OrderedDict()

    def get(self, folder: RunFolder) -> History:
        """The history of a run, read up to now."""
        with self._lock:
            name = str(folder.path)
            history = self._held.pop(name, None) or History(folder)
            self._held[name] = history
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        history.refresh()
        return history


def history_of(folder: RunFolder) -> History:
    """The history of a run, read up to now; all sessions of the server share it."""
    return _shelf().get(folder)


@st.cache_resource(show_spinner=False)
def _shelf() -> HistoryShelf:
    return HistoryShelf()
