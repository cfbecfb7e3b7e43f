"""Widgets that show a value of the session, whatever the browser repeats of an older one."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["by_hand", "held", "held_choice", "key_of_text"]

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


def key_of_text(key: str, text: str) -> str:
    """The key of a field whose default is `text`, which anybody may change: another text, another.

    Nothing is ever set in such a field, so a page that is drawn anew leaves alone what a person
    is typing.
    """
    return f"{key}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def by_hand(act: Callable[..., None]) -> Callable[..., None]:
    """Callback of a widget outside all fragments: does nothing where nobody has touched it.

    A click in a fragment, or a zoom of its chart, sends the state of every widget along. Where the
    server has set one since (Train shows another run, Reset other settings) and the browser had
    not heard of it when it sent, that looks like a change back. What a person does to a widget
    outside the fragments comes with a run of the whole page (`dashboard.gaps.reruns`).
    """

    @functools.wraps(act)
    def heard(*args: Any, **kwargs: Any) -> None:
        context = get_script_run_ctx()
        if context is None or not context.fragment_ids_this_run:
            act(*args, **kwargs)

    return heard


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
