"""How this session's pages are drawn: colours, and what is drawn at random."""

from __future__ import annotations

import streamlit as st

from dashboard.charts.theme import Palette, palette

__all__ = ["colours", "draw_again", "draw_number"]


def colours() -> Palette:
    """The chart colours of the theme that this browser shows."""
    return palette(st.context.theme.type)


def draw_number(key: str) -> int:
    """How often `draw_again` was called for `key`: the seed of what a page draws at random."""
    return int(st.session_state.get(f"draw-{key}", 0))


def draw_again(key: str) -> None:
    """Draw other random samples from now on."""
    st.session_state[f"draw-{key}"] = draw_number(key) + 1
