"""Runs: all of them in a table, filtered, sorted and compared."""

from __future__ import annotations

import streamlit as st

from dashboard import server
from dashboard.components.ahead import fetch_components
from dashboard.panels import invitation, sharing, trash
from dashboard.panels.runs_parts.compared import PARTS, compared_runs
from dashboard.panels.runs_parts.filters import filters
from dashboard.panels.runs_parts.selection import selection_bar
from dashboard.panels.runs_parts.table import live_table
from dashboard.session import problems, run_view
from dashboard.words.translation import _


def page() -> None:
    """The whole page."""
    fetch_components()
    st.title(_("Runs"), anchor=False)
    runs, view = server.store().list(), run_view.current_view()
    if not runs:
        invitation.train_first(
            _("Train a model first: every run stands here with its settings and what it came to.")
        )
    else:
        listed = view.listed(runs)
        with st.container(key="runs-list", gap="small"):
            filters(runs, view, listed)
            selected = view.selection(runs)
            selection_bar(selected)
            live_table(runs)
            st.caption(
                _(
                    "Choose by the best validation accuracy: who picks the run with the highest "
                    "test accuracy has fitted the choice to the test images, and their accuracy "
                    "then promises too much."
                )
            )
        compared_runs(selected)
    sharing.bring_in()
    sharing.brought_in()
    trash.deleted_runs()
    run_view.write_in_address(list(PARTS))
    with st.container(key="runs-notices"):
        problems.show()
        trash.deleted_notice()


page()
