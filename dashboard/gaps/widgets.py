"""Widgets show the value that the session holds, whatever the browser repeats of an older one."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["key_of_text", "only_in_full_runs", "show_choice", "show_value"]

_SENT = "widgets-sent"
_REPEAT = 1.0  # seconds in which every run sets a new value again
_NOTHING = object()


def show_value(key: str, value: Any) -> dict[str, Any]:
    """Arguments with which the widget of this key shows a value.

    A value that is set in the session state reaches the browser with the run that sets it. Where
    another run replaces that one at once, Streamlit drops what it drew, and the browser would fall
    back to the widget's own default and report that as a change: all settings at their minimum.
    So a value is set again for a moment, and is the default afterwards. It is not set for ever, so
    that a rerun leaves alone what a person is typing.

    (Closest upstream: streamlit/streamlit#7338 and #4247, both closed; with 1.67 it still happens.)

    Args:
        key: of the widget.
        value: what it is to show.
    """
    return {} if _set(key, value) else {"value": value}


def show_choice(key: str, value: Any, options: Sequence[Any]) -> dict[str, Any]:
    """The same for a select box, whose default is an index of its options."""
    return {} if _set(key, value) or value not in options else {"index": options.index(value)}


def key_of_text(key: str, text: str) -> str:
    """A key for a text field that starts with `text`: another text makes it another field.

    So its value is never set by the program, and a rerun leaves alone what a person is typing.
    """
    return f"{key}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def only_in_full_runs(callback: Callable[..., None]) -> Callable[..., None]:
    """A callback, for widgets outside all fragments, that ignores changes no person made.

    A click in a fragment, or a zoom of its chart, sends the state of every widget along. Where the
    server has set a widget's value since (another run is shown, settings were reset) and the
    browser did not know of it yet, that looks like a change back. What a person does to a widget
    outside the fragments comes with a run of the whole page (see `dashboard.gaps.reruns`).

    (No upstream issue found; streamlit/streamlit#11109 is about the same desynchronised state.)
    """

    @functools.wraps(callback)
    def in_full_runs(*args: Any, **kwargs: Any) -> None:
        context = get_script_run_ctx()
        if context is None or not context.fragment_ids_this_run:
            callback(*args, **kwargs)

    return in_full_runs


def _set(key: str, value: Any) -> bool:
    """Set the value where that is due; the widget must not be given a default as well then."""
    sent: dict[str, float] = st.session_state.setdefault(_SENT, {})
    now = time.monotonic()
    if st.session_state.get(key, _NOTHING) != value:
        sent[key] = now
    elif now - sent.get(key, -_REPEAT) >= _REPEAT:
        return False
    st.session_state[key] = value
    return True
