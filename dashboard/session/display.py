"""How this session's pages are drawn: colours, size of type, and what is drawn at random.

On a projector everything is large and of high contrast. The address says so, as a link does that a
teacher passes on; it is read when a session starts, and from then on the session knows.
"""

from __future__ import annotations

import streamlit as st

from dashboard.charts.projector import for_projector
from dashboard.charts.theme import Palette, palette

__all__ = [
    "PROJECTOR_PARAMETER",
    "colours",
    "draw_again",
    "draw_number",
    "projector",
    "switch_projector",
]

PROJECTOR_PARAMETER = "projector"
"""The query parameter of the address that is "1" where the pages are for a projector."""

_PROJECTOR = "projector-on"


def colours() -> Palette:
    """The chart colours of the theme that this browser shows."""
    own = palette(st.context.theme.type)
    return for_projector(own) if projector() else own


def projector() -> bool:
    """Whether the pages are drawn for a projector."""
    if _PROJECTOR not in st.session_state:
        st.session_state[_PROJECTOR] = st.query_params.get(PROJECTOR_PARAMETER) == "1"
    return bool(st.session_state[_PROJECTOR])


def switch_projector() -> None:
    """Draw the pages for a projector from now on, or no longer."""
    st.session_state[_PROJECTOR] = not projector()


def draw_number(key: str) -> int:
    """How often `draw_again` was called for `key`: the seed of what a page draws at random."""
    return int(st.session_state.get(f"draw-{key}", 0))


def draw_again(key: str) -> None:
    """Draw other random samples from now on."""
    st.session_state[f"draw-{key}"] = draw_number(key) + 1
