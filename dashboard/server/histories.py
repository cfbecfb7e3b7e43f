"""Histories of runs, shared by all sessions: each log is read once, and then only its new lines."""

from __future__ import annotations

import threading
from collections import OrderedDict

import streamlit as st

from mlcore.runs import History, RunFolder

__all__ = ["HistoryCache", "history_of"]

_MOST = 40  # runs, six on one chart; a history of 100,000 steps takes about half a megabyte


class HistoryCache:
    """The most recently used histories, by run folder."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._histories: OrderedDict[str, History] = OrderedDict()

    def get(self, folder: RunFolder) -> History:
        """The history of a run, read up to now."""
        with self._lock:
            name = str(folder.path)
            history = self._histories.pop(name, None) or History(folder)
            self._histories[name] = history
            while len(self._histories) > self._most:
                self._histories.popitem(last=False)
        history.refresh()
        return history


def history_of(folder: RunFolder) -> History:
    """The history of a run, read up to now; all sessions of the server share it."""
    return _cache().get(folder)


@st.cache_resource(show_spinner=False)
def _cache() -> HistoryCache:
    return HistoryCache()
