"""How many tabs this server draws for, and how seldom each may ask so that all are answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["Load", "load", "noted"]

_A_SECOND = 12.0  # refreshes that all tabs together may ask for; one takes 20 to 40 ms
_GONE = 30.0  # seconds without a refresh after which a tab counts as closed
_STEPS = (1.0, 2.0, 3.0, 5.0, 8.0)  # a few, so that a tab more or less changes nothing


class Load:
    """The tabs that were drawn lately; safe from any thread.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}  # tab → when it was last drawn

    def note(self, tab: str) -> None:
        """This tab is being drawn now."""
        now = self._clock()
        with self._lock:
            self._seen[tab] = now
            for other in [one for one, then in self._seen.items() if now - then > _GONE]:
                del self._seen[other]

    @property
    def tabs(self) -> int:
        """Tabs that were drawn within the last half minute."""
        with self._lock:
            return len(self._seen)

    @property
    def least_pause(self) -> float:
        """Seconds that should lie between two refreshes of a tab at least; 0 with few tabs."""
        wanted = self.tabs / _A_SECOND
        if wanted <= _STEPS[0] / 2:
            return 0.0
        return next((step for step in _STEPS if step >= wanted), _STEPS[-1])


@st.cache_resource(show_spinner=False)
def load() -> Load:
    """The load of this server."""
    return Load()


def noted() -> Load:
    """The load of this server, once it knows that this session's tab is being drawn now."""
    context = get_script_run_ctx()
    if context is not None:
        load().note(context.session_id)
    return load()
