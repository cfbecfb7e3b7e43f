"""Where on a page a person is: a part of it, a cell of a matrix, an image.

The address names it, so that a link leads there. As with the settings, the address is read when a
session starts; from then on the session knows, and the address follows. What a browser says of its
address while a person clicks on is what it was told before, so that does not count; what it says
once it has had time to follow does: the person has gone back in its history.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

__all__ = ["address_of", "enter", "go_to", "place", "write_in_address"]

_PLACES, _WRITTEN, _PAGE = "places", "places-written", "places-page"
_FOLLOWS = 2.0  # seconds in which a browser's address has followed


def enter(page: str) -> None:
    """A page is about to be drawn: take what its address says since the person went back there."""
    told = st.session_state.get(_WRITTEN)
    if st.session_state.get(_PAGE) != page:  # its address is not that of the page before
        st.session_state[_PAGE] = page
        st.session_state[_WRITTEN] = None
    elif told is not None and time.monotonic() - told[1] > _FOLLOWS:
        for name, text in told[0].items():
            if (now := st.query_params.get(name)) != text:
                go_to(**{name: now})


def place(name: str) -> str | None:
    """What this parameter of the address says, or what was chosen since; None where nothing was.

    It may be anything that a person has typed.
    """
    held: dict[str, str | None] = st.session_state.setdefault(_PLACES, {})
    if name not in held:
        held[name] = st.query_params.get(name)
    return held[name]


def go_to(**wanted: str | None) -> None:
    """Be there from now on; None for nowhere. The address follows when the page is drawn."""
    st.session_state.setdefault(_PLACES, {}).update(wanted)


def write_in_address(wanted: Mapping[str, str | None]) -> None:
    """Make the address name these places; None takes one out. Other parameters stay."""
    for name, text in wanted.items():
        if text == st.query_params.get(name):
            continue
        if text is None:
            del st.query_params[name]
        else:
            st.query_params[name] = text
    written = {name: st.query_params.get(name) for name in wanted}
    told = st.session_state.get(_WRITTEN)
    if told is None or told[0] != written:
        st.session_state[_WRITTEN] = (written, time.monotonic())


def address_of(**wanted: str) -> str:
    """The address of another place on this page: what it names now, but for these."""
    return "?" + urlencode(st.query_params.to_dict() | wanted)
