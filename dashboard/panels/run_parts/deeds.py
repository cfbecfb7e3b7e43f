"""What can be done with a run: each leads to what does it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.panels import actions, branch, run_menu, sharing
from dashboard.panels.run_parts.replay import replay_button
from dashboard.words.progress import progress_of
from dashboard.words.translation import _
from mlcore.runs import History, RunInfo

__all__ = ["deeds"]


def deeds(info: RunInfo, history: History, runs: Sequence[RunInfo]) -> None:
    """One row: watch, test, continue, branch off, replay, pack, link, and the menu of the run."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run-deeds"):
        if st.button(
            _("Train page"),
            key="run-to-train",
            icon=":material/play_circle:",
            help=_("Shows this run with its live chart and the controls to steer it."),
        ):
            session.set_current_run(info.id)
            st.switch_page("app_pages/train.py")
        if history.folder.last_checkpoint() is not None and st.button(
            _("Test"),
            key="run-to-test",
            icon=":material/fact_check:",
            help=_("Shows how good the run's last checkpoint is on the test images."),
        ):
            session.choose_checkpoint(info.id, None)
            st.switch_page("app_pages/test.py")
        actions.continue_training(history, progress_of(history).epochs)
        branch.branch_off(history)
        replay_button(info, history)
        if info.state != "queued":
            sharing.pack_run(info)
        _link(info)
        run_menu.run_menu(info, runs)


def _link(info: RunInfo) -> None:
    with st.popover(
        _("Link"),
        icon=":material/link:",
        key=f"run-link-{info.id}",
        help=_("An address that leads to this run."),
    ):
        st.markdown(_("The address of this page:"))
        address = (st.context.url or "run").partition("?")[0]
        st.code(f"{address}?run={info.id}", language=None, wrap_lines=True)
