"""Headers with something at their right end: a row of buttons to choose from, or a download."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TypeVar

import streamlit as st

from dashboard.gaps.widgets import show
from dashboard.session import places
from dashboard.words.translation import translated

__all__ = ["choose_one", "choose_place", "heading"]

_Name = TypeVar("_Name", bound=str)


@contextlib.contextmanager
def heading(title: str, *, key: str, help: str | None = None) -> Iterator[None]:
    """A header; what is drawn within the block stands on its line, at the right end.

    Args:
        title: its text.
        key: of the line.
        help: what the sign beside the header says.
    """
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{key}"):
        st.header(title, anchor=False, help=help)
        st.space("stretch")
        yield


def choose_one(
    label: str, options: Mapping[_Name, str], *, key: str, default: _Name | None = None
) -> _Name:
    """A row of buttons, of which one is pressed; the session keeps which.

    Args:
        label: what is chosen, for those who cannot see it.
        options: name → marked text of its button.
        key: of the element.
        default: the button that is pressed at first; the first one where None.
    """
    chosen: _Name = st.segmented_control(
        label,
        list(options),
        format_func=lambda name: translated(options[name]),
        default=default or next(iter(options)),
        required=True,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen


def choose_place(label: str, options: Mapping[_Name, str], *, parameter: str, key: str) -> _Name:
    """The same, and the address names it: a link leads there, and so does the way back.

    Args:
        label: what is chosen, for those who cannot see it.
        options: name → marked text of its button; the first is pressed at first, and unsaid.
        parameter: of the address.
        key: of the element.
    """
    names = list(options)
    held = places.place(parameter)
    chosen = next((name for name in names if name == held), names[0])
    shown = show(key, chosen, lambda name: places.go_to(**{parameter: name}))
    st.segmented_control(
        label,
        names,
        format_func=lambda name: translated(options[name]),
        default=shown.value,
        required=True,
        key=shown.key,
        label_visibility="collapsed",
    )
    places.write_in_address({parameter: None if chosen == names[0] else chosen})
    return chosen
