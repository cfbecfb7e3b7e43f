"""Links in HTML to another place of the same page, followed without loading the page again.

The address of such a link is an ordinary one, to be copied or opened in another tab; a plain click,
or Enter, is told to the server instead. The browser's Back leads to the place that was left. (No
upstream issue asks for it; `st.page_link` leads to pages only, and takes a click for a change of
page.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.script import LASTING, lean

__all__ = ["follow_links"]

_KEY = "place-links"


def follow_links(go: Callable[..., None], names: Iterable[str] = (), **always: str) -> None:
    """Mount the script, once a page.

    Args:
        go: called with the parameters that a followed link names; after Back with all of them,
            None for those that the address does not name.
        names: of all parameters that name a place on this page; none where links lead elsewhere,
            and Back with them.
        always: parameters that every such link sets too.
    """
    data = {"always": always, "names": list(names)}

    def followed() -> None:
        state = st.session_state.get(_KEY)
        wanted = state.get("go") if isinstance(state, Mapping) else None
        if isinstance(wanted, Mapping):
            texts = {str(name): value for name, value in wanted.items()}
            go(**{name: None if text is None else str(text) for name, text in texts.items()})

    with st.container(key="links"):  # takes no room
        _component()(key=_KEY, data=data, on_go_change=followed, height=1)


@functools.cache
def _component() -> Any:
    script = LASTING + lean(Path(__file__).with_suffix(".js"))
    return st.components.v2.component("place_links", js=script, isolate_styles=False)
