"""How this session's pages are drawn: language, colours, and what is drawn at random."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.charts.theme import Palette, palette
from dashboard.words.translation import SOURCE

__all__ = ["colours", "draw_again", "draw_number", "language"]


def language() -> str:
    """The language of the texts on the page; English outside a session, as in a server's log."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return SOURCE
    return str(st.session_state.get("language", SOURCE))


def colours() -> Palette:
    """The chart colours of the theme that this browser shows."""
    return palette(st.context.theme.type)


def draw_number(key: str) -> int:
    """How often `draw_again` was called for `key`: the seed of what a page draws at random."""
    return int(st.session_state.get(f"draw-{key}", 0))


def draw_again(key: str) -> None:
    """Draw other random samples from now on."""
    st.session_state[f"draw-{key}"] = draw_number(key) + 1
