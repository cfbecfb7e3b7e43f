"""Where on a page a person is: a part of it, a cell of a matrix, an image.

The address names it, so that a link leads there. As with the settings, the address is read when a
session starts; from then on the session knows, and the address follows: what a browser says of its
address while a person goes on is what it was told before. (Streamlit replaces the address;
`dashboard.components.place_links` keeps the place that a link leaves in the browser's history.) A
link from another page names its places too, and is read when that page is entered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

import streamlit as st

from dashboard.session.display import PROJECTOR_PARAMETER, projector
from dashboard.session.languages import LANGUAGE_PARAMETER, chosen_language

__all__ = [
    "address_of",
    "arrive",
    "arrived",
    "go_to",
    "here",
    "lead_to",
    "leave_for",
    "page_address",
    "place",
    "reveal",
    "reveal_what_waited",
    "revealed",
    "wait_to_reveal",
    "wanted_page",
    "write_in_address",
]

_PLACES, _ARRIVED, _PAGE = "places", "places-arrived", "places-page"
_WANTED, _REVEALED = "places-wanted", "places-revealed"
_SOUGHT, _WAITS = "places-sought", "places-reveal-waits"  # pages


def place(name: str) -> str | None:
    """What this parameter of the address says, or what was chosen since; None where nothing was.

    It may be anything that a person has typed.
    """
    held: dict[str, str | None] = st.session_state.setdefault(_PLACES, {})
    if name not in held:
        held[name] = st.query_params.get(name)
    return held[name]


def arrive(page: str, only: Mapping[str, Collection[str]] | None = None) -> None:
    """A page is about to be drawn: where it is another one, take what its address names.

    Args:
        page: its name.
        only: parameter → what it may name here. Anything else is not taken, so that it is not what
            another page begins with.
    """
    if st.session_state.get(_PAGE) == page:
        return
    st.session_state[_PAGE] = page
    named = st.query_params.to_dict()
    foreign = [name for name, values in (only or {}).items() if named.get(name) not in values]
    held: dict[str, str | None] = st.session_state.setdefault(_PLACES, {})
    for name in foreign:
        named.pop(name, None)
        held.setdefault(name, None)
    lead_to(**named)


def arrived(name: str) -> bool:
    """Whether a link has led to this place, and no one has seen it yet; says so once."""
    names: set[str] = st.session_state.setdefault(_ARRIVED, set())
    found = name in names
    names.discard(name)
    return found


def lead_to(**wanted: str | None) -> None:
    """Be there from now on, as if a link had led there."""
    go_to(**wanted)
    st.session_state.setdefault(_ARRIVED, set()).update(wanted)


def here() -> str | None:
    """The name of the page that is drawn."""
    page: str | None = st.session_state.get(_PAGE)
    return page


def leave_for(page: str, before: str | None) -> None:
    """Have a page drawn with the next run of the script.

    Args:
        page: its name.
        before: the page that was left: `here()` when what leads away was drawn. When it is clicked
            the session may be elsewhere already, while the browser still shows it.
    """
    st.session_state[_WANTED] = before, page


def wanted_page(shown: str) -> str | None:
    """The page to draw instead of this one, which the address names.

    It is wanted until it is drawn, or a person goes elsewhere: a refresh of the page before may
    overtake the way to it.
    """
    before, page = st.session_state.get(_WANTED) or (None, None)
    if page is None or (shown == before and page != shown):
        return page
    del st.session_state[_WANTED]
    return None


def reveal(key: str, page: str | None = None) -> None:
    """Have the browser bring the element with this key into sight.

    Args:
        key: of the element.
        page: name of the page that it is on; None: of the one that is drawn.
    """
    st.session_state[_REVEALED] = key, revealed()[1] + 1
    st.session_state[_SOUGHT] = page or here()


def wait_to_reveal() -> None:
    """What a link to this page leads to cannot be drawn yet: it comes into sight when it is."""
    st.session_state[_WAITS] = here()


def reveal_what_waited() -> None:
    """It can be drawn now."""
    page = st.session_state.pop(_WAITS, None)
    if page is not None and page == here() == st.session_state.get(_SOUGHT):
        reveal(revealed()[0])


def revealed() -> tuple[str, int]:
    """The key to bring into sight, empty where there is none, and the number of the request."""
    held: tuple[str, int] = st.session_state.get(_REVEALED, ("", 0))
    return held


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


def page_address(page: str, **wanted: str) -> str:
    """The address of another page, also for another tab: in the language and look chosen here."""
    chosen = chosen_language()
    look = {PROJECTOR_PARAMETER: "1"} if projector() else {}
    return f"{page}?" + urlencode(wanted | ({LANGUAGE_PARAMETER: chosen} if chosen else {}) | look)


def address_of(**wanted: str) -> str:
    """The address of another place on this page: what it names now, but for these."""
    return "?" + urlencode(st.query_params.to_dict() | wanted)
