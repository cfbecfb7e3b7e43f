"""A grid of test images, some at a time; each leads to the page of its image."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.charts.image_cards import cards_html, image_cards
from dashboard.panels.downloads import picture
from dashboard.panels.test_parts.subject import Subject
from dashboard.session import places
from dashboard.words.translation import _
from mlcore.insight.answers import Ints

__all__ = ["image_grid"]

_PAGE = 24  # images shown at first, where not said otherwise
_SHOWN = "images-shown"


def image_grid(
    subject: Subject,
    indices: Ints,
    *,
    key: str,
    title: str,
    counted: Callable[[int, int], str],
    first: int = _PAGE,
) -> None:
    """Draw the images in this order.

    Args:
        subject: whose answers the cards show.
        indices: (M,) of the images.
        key: of the grid, and the end of its files' names.
        title: which images they are.
        counted: puts into words how many of how many are shown.
        first: how many are shown at first.
    """
    about = (key, len(indices), indices[:1].tolist())
    held = st.session_state.get(f"{_SHOWN}-{key}")
    count = held[1] if held is not None and held[0] == about else first
    cards = image_cards(subject.answers, indices[:count].tolist(), subject.classes)
    picture(
        cards_html(cards, subject.images, _address),
        key=key,
        title=title,
        file=f"{subject.name}-{key}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(counted(len(cards), len(indices)), width="content")
        if len(cards) < len(indices):
            st.button(
                _("Show more"),
                key=f"more-{key}",
                icon=":material/add:",
                on_click=_more,
                args=(key, about, count + 2 * first),
                help=_("More images in the same order."),
            )


def _address(index: int) -> str:
    return places.address_of(part="image", image=str(index))


def _more(key: str, about: tuple[str, int, list[int]], count: int) -> None:
    st.session_state[f"{_SHOWN}-{key}"] = (about, count)
