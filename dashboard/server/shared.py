"""What many sessions would compute alike: the first computes it, the others take it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

__all__ = ["Shared", "shared"]

_MOST = 64  # results kept, the most recently used ones; one of a chart takes 20 to 100 KB

T = TypeVar("T")


@dataclass(slots=True)
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: float = float("-inf")
    value: Any = None


class Shared:
    """Results by key, each kept for a while; safe from any thread.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    def get(self, key: Hashable, seconds: float, compute: Callable[[], T]) -> T:
        """The result of `key`, at most so many seconds old; others who ask meanwhile wait for it.

        Args:
            key: all that the result depends on, but for what may be late.
            seconds: its greatest age; 0: computed anew, and nobody waits.
            compute: makes it.
        """
        if seconds <= 0:
            return compute()
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > _MOST:
                self._places.popitem(last=False)
        with place.lock:
            if self._clock() - place.made >= seconds:
                place.value = compute()
                place.made = self._clock()
            value: T = place.value
            return value

    def forget(self, key: Hashable) -> None:
        """Have the result of `key` computed anew when it is asked for next."""
        with self._lock:
            self._places.pop(key, None)


@st.cache_resource(show_spinner=False)
def shared() -> Shared:
    """The results that all sessions of this server share."""
    return Shared()
