"""Run: one run, with all that is known of it and all that can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.panels import actions, branch, code, figures, invitation, run_choice, run_menu, trash
from dashboard.panels.checkpoint_choice import no_checkpoint_yet, rows_of
from dashboard.panels.checkpoint_list import checkpoint_list
from dashboard.panels.follow import follow
from dashboard.panels.run_parts import facts, story
from dashboard.panels.run_parts.deeds import deeds
from dashboard.panels.run_parts.learned import learned
from dashboard.panels.run_parts.replay import replayed
from dashboard.server.histories import history_of
from dashboard.session import problems
from dashboard.words.progress import ACTIVE, progress_of
from dashboard.words.run_names import display_name
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown
from mlcore.runs import RunFolder, RunInfo

_PACE = 1.0  # seconds between two looks at a run that trains


def page() -> None:
    """The whole page."""
    if trash.was_deleted(session.current_run()):
        st.switch_page("app_pages/runs.py")
    runs = server.store().list()
    info = run_choice.shown_run(runs)
    follow(info)
    st.page_link("app_pages/runs.py", label=_("All runs"), icon=":material/arrow_back:")
    if info is None:
        st.title(_("Run"), anchor=False)
        problems.show()
        invitation.train_first(_("Train a model first, and see here all that is known of a run."))
        return
    st.title(as_markdown(display_name(info)), anchor=False)
    problems.show()
    _run(info, runs)
    with st.container(key="runs-notices"):
        trash.deleted_notice()


def _run(info: RunInfo, runs: Sequence[RunInfo]) -> None:
    history = history_of(RunFolder(info.path))
    st.fragment(_now, run_every=_PACE if info.state in ACTIVE else None)(info.id)
    run_menu.label_line(info)
    branch.origin(history, runs)
    deeds(info, history, runs)
    replayed(info)
    figures.troubles(history)
    learned(info)
    st.header(_("Settings"), anchor=False)
    facts.settings(history.config)
    code.code_of_run(history)
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("History"), anchor=False)
        story.story(history)
    with right:
        st.header(_("Environment"), anchor=False)
        facts.environment(info, history)
    st.header(_("Checkpoints"), anchor=False)
    if rows := rows_of(info):
        checkpoint_list(info, rows)
    else:
        no_checkpoint_yet()


@problems.friendly_errors()
def _now(run: str) -> None:
    """State and figures, as they are now."""
    history = history_of(RunFolder(server.store().root / run))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        figures.status_badge(history.state)
        progress = progress_of(history)
        if history.state in ACTIVE:
            st.progress(progress.share, text=progress.words)
        else:
            figures.how_it_ended(history, progress)
    figures.metrics(history)


page()
actions.accept_clicks()
