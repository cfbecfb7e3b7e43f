"""With what this session's runs are tracked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mlcore.trackers.catalog import TRACKERS

__all__ = ["set_trackers", "trackers"]

_TRACKERS = "chosen-trackers"


def trackers() -> tuple[str, ...]:
    """Names of the trackers that runs are started with."""
    return tuple(name for name in st.session_state.get(_TRACKERS, ()) if name in TRACKERS)


def set_trackers(names: Sequence[str]) -> None:
    """Start runs with these trackers from now on."""
    st.session_state[_TRACKERS] = tuple(names)
