"""Train: start a run, watch it, steer it, resume it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.components import plotly_js
from dashboard.panels import (
    actions,
    branch,
    chart,
    figures,
    invitation,
    queue,
    run_choice,
    run_menu,
    steering,
    tables,
)
from dashboard.panels.refresh import PageState, folder_changed, page_state
from dashboard.server.histories import history_of
from dashboard.session import comparison, problems
from dashboard.words.progress import ACTIVE, progress_of
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown
from mlcore.runs import History, RunFolder, RunInfo


def page() -> None:
    """The whole page."""
    ahead = st.container()
    changed = folder_changed()
    session.choose_upload(False)  # the other pages show the run that is shown here
    runs = server.store().list()
    shown = run_choice.shown_run(runs)
    # The list was read a moment before the history, so the state shown is that of the history.
    history = history_of(RunFolder(shown.path)) if shown else None
    beside = comparison.compared(shown, runs) if shown else []
    drawn_from = page_state(history, beside, changed)
    _head(drawn_from, history, shown, runs)
    with ahead:  # the first component of a server imports pandas: after the head, not before it
        plotly_js.ensure()
    problems.show()
    run_menu.deleted_notice()
    if shown is None or history is None:
        invitation.press_train(session.config())
        st.fragment(_wait_for_runs, run_every=drawn_from.pace)(drawn_from)
        return
    comparison.write_in_address(shown)
    queue.queue_panel(drawn_from.queue, runs, history.folder.id)
    steering.pending(history)
    run_menu.label_line(shown)
    branch.origin(history, runs)
    st.fragment(_live, run_every=drawn_from.pace)(shown, runs, drawn_from)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(_("Model"))
        tables.model_table(history.folder.config)
    with right:
        st.subheader(_("Settings"))
        tables.settings_table(history.config)


def _head(
    drawn_from: PageState,
    history: History | None,
    shown: RunInfo | None,
    runs: Sequence[RunInfo],
) -> None:
    """The row of buttons, and the list of runs."""
    with st.container(horizontal=True, vertical_alignment="center", key="train-head"):
        actions.train_button(drawn_from.queue)
        if history:
            steering.buttons(history)
            branch.branch_off(history)
        st.space("stretch")
        if shown:
            with st.container(horizontal=True, gap="small", width="content"):  # wrap together
                run_choice.choose_run(runs, shown)
                run_menu.run_menu(shown, runs)


@problems.friendly_errors()
def _live(shown: RunInfo, runs: Sequence[RunInfo], drawn_from: PageState) -> None:
    """All that moves while the run trains; refreshed by itself, without the rest of the page."""
    history = history_of(RunFolder(shown.path))
    beside = comparison.compared(shown, runs)
    if drawn_from.is_outdated(page_state(history, beside)) or chart.refresh_was_missed():
        st.rerun()
    progress = progress_of(history)
    waits = queue.where_it_waits(drawn_from.queue, shown.id) if history.state == "queued" else ""
    with st.container(horizontal=True, vertical_alignment="center", key="standing"):
        figures.status_badge(history.state, waits=bool(waits))
        steering.single_steps(history)
        _next_actions(history, progress.epochs)
        figures.run_facts(history, progress)
    if history.error:
        st.error(as_markdown(sentence(history.error)), icon=":material/error:")
    if history.damage:
        st.warning(as_markdown(sentence(history.damage)), icon=":material/broken_image:")
    if waits:
        st.caption(waits)
    elif history.state in ACTIVE:
        st.progress(progress.share, text=progress.words)
    figures.metrics(history)
    chart.run_chart(history, shown, runs, moving=drawn_from.moving)
    st.subheader(_("Epochs"))
    tables.epochs_table(history.epochs)


def _next_actions(history: History, epochs: int) -> None:
    """What can be done with a run that has ended."""
    if history.state in ACTIVE:
        return
    if history.state != "finished":
        actions.resume_button(history)
        return
    st.page_link(
        "app_pages/test.py", label=_("See what it gets wrong"), icon=":material/fact_check:"
    )
    actions.more_epochs(history, epochs)


def _wait_for_runs(drawn_from: PageState) -> None:
    """Notice a run that was started elsewhere."""
    if drawn_from.is_outdated(page_state(None)):
        st.rerun()


page()
actions.accept_clicks()
