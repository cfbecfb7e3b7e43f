"""Widgets that show a value of the session, also where the run that set it was cut off."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

__all__ = ["held", "held_choice"]

_SENT = "widgets-sent"
_AGAIN = 1.0  # seconds in which a value that was set is set once more by every run
_NOTHING = object()


def held(key: str, value: Any) -> dict[str, Any]:
    """Have the widget that is drawn next show a value; returns arguments for it.

    A value that is set in the session's state travels with the run of the script that sets it.
    Where another run takes over at once, Streamlit drops what was drawn, and the browser would go
    back to the widget's own default and report that as a change: all settings at their minimum.
    So a value is set again for a moment, and then stays the default. It is not set for ever, so
    that a page which is drawn anew leaves alone what a person is typing.

    Args:
        key: of the widget.
        value: what it is to show.
    """
    return {} if _set(key, value) else {"value": value}


def held_choice(key: str, value: Any, options: Sequence[Any]) -> dict[str, Any]:
    """The same for a select box, whose default is a place among its options."""
    return {} if _set(key, value) or value not in options else {"index": options.index(value)}


def _set(key: str, value: Any) -> bool:
    """Set the value where that is due; a widget must not be given a default too then."""
    sent: dict[str, float] = st.session_state.setdefault(_SENT, {})
    now = time.monotonic()
    if st.session_state.get(key, _NOTHING) != value:
        sent[key] = now
    elif now - sent.get(key, -_AGAIN) >= _AGAIN:
        return False
    st.session_state[key] = value
    return True
