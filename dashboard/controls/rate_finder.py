"""The button below the learning rate that has a good one found."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.server.data_sets import why_not_trainable
from dashboard.server.rate_tests import rate_tests
from dashboard.session import places, problems
from dashboard.session.rate_finder import show_test
from dashboard.words.translation import _, sentence

__all__ = ["find_button", "find_rate"]


def find_button() -> None:
    """What begins a test with the settings of the sidebar."""
    config = session.config()
    reason = why_not_trainable(config)
    st.button(
        _("Find a good rate"),
        key="find-rate",
        icon=":material/troubleshoot:",
        type="tertiary",
        disabled=config is not None and reason is not None,
        help=sentence(reason)
        if reason
        else _(
            "Trains a throw-away model for up to 200 steps while the learning rate grows from "
            "0.000001 to 10, draws the losses, tries what they suggest beside the usual rate, and "
            "suggests one. It takes a few seconds; no run is made. In a terminal: `mlcore lr-find`."
        ),
        on_click=find_rate,
        args=(places.here(),),
    )


def find_rate(before: str | None = None) -> None:
    """Begin a test with the settings of the sidebar, as they are at the click, and show it."""
    config = session.config()
    with problems.caught():
        if reason := why_not_trainable(config):
            raise reason
        assert config is not None
        rate_tests().start(config)
        show_test(config)
        places.leave_for("train", before)
        places.reveal("rate-finder")
