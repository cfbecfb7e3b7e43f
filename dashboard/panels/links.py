"""Links from one page to a part of another, with what is to be in sight there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.session import places

__all__ = ["link"]


def link(label: str, *, key: str, page: str, places_there: Mapping[str, str], shows: str) -> None:
    """Draw it; `st.page_link` cannot say what to bring into sight.

    Args:
        label: what it says.
        key: of the element.
        page: name of the page.
        places_there: parameters of its address.
        shows: key of the element there that is to be in sight.
    """
    st.button(
        label,
        key=key,
        type="tertiary",
        icon=":material/arrow_forward:",
        on_click=_lead,
        args=(page, places_there, shows, places.here()),
    )


def _lead(page: str, places_there: Mapping[str, str], shows: str, before: str | None) -> None:
    places.lead_to(**places_there)
    places.leave_for(page, before)
    places.reveal(shows, page)
