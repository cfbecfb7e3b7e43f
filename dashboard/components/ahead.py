"""What the browser needs for any component, fetched while a page still works out what it shows.

Streamlit loads the code for components when the first one arrives, and React waits some 300 ms
before it shows what came late. Where that first one is what the page is about, and takes a while
to work out, one that draws nothing goes ahead of it.
"""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

__all__ = ["fetch_components"]


def fetch_components() -> None:
    """Have the browser fetch what components need; takes no room."""
    with st.container(key="ahead"):
        _component()(key="ahead-script", height=1)


@functools.cache
def _component() -> Any:
    return st.components.v2.component("ahead", js="export default () => {}")
