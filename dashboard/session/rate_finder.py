"""Which test of a learning rate this session shows."""

from __future__ import annotations

import streamlit as st

from mlcore.config import RunConfig

__all__ = ["close_test", "show_test", "shown_test"]

_SHOWN = "rate-finder"


def shown_test() -> RunConfig | None:
    """The settings of the test that is shown; None where none is."""
    held: RunConfig | None = st.session_state.get(_SHOWN)
    return held


def show_test(config: RunConfig) -> None:
    """Show the test of these settings from now on."""
    st.session_state[_SHOWN] = config


def close_test() -> None:
    """Show none."""
    st.session_state[_SHOWN] = None
