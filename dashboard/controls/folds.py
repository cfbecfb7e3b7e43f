"""Folds that stay as a person left them, on all pages and as long as the session lasts.

What is in a fold is drawn only while it is open, so a page is there sooner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.gaps.widgets import show

__all__ = ["fold"]


@contextmanager
def fold(name: str, title: str, *, icon: str | None = None, opened: bool = False) -> Iterator[bool]:
    """A line that opens, around what is in it; yields whether it is open.

    Args:
        name: key of the element.
        title: the line's text.
        icon: before the title.
        opened: whether it is open until a person folds it.
    """
    kept = f"{name}-kept"

    def keep(unfolded: bool) -> None:
        st.session_state[kept] = unfolded

    widget = show(name, bool(st.session_state.get(kept, opened)), keep)
    box = st.expander(title, expanded=widget.value, icon=icon, key=widget.key, on_change="rerun")
    with box:
        yield bool(box.open)
