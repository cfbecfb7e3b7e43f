"""Train: start a run, watch it, steer it, resume it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import server, session
from dashboard.components import plotly_js
from dashboard.panels import (
    actions,
    branch,
    code,
    figures,
    live,
    network,
    queue,
    rate_finder,
    run_choice,
    run_menu,
    seeds,
    start,
    steering,
    tables,
    trash,
)
from dashboard.panels.data_notice import data_notice
from dashboard.panels.how.pages import on_train_page
from dashboard.panels.refresh import PageState, folder_changed, page_state
from dashboard.server.histories import history_of
from dashboard.session import comparison, problems
from dashboard.words.progress import progress_of
from dashboard.words.translation import _
from mlcore.runs import History, RunFolder, RunInfo

_PARTS = ("head", "main", "how", "notices", "ahead")


def page() -> None:
    """The whole page.

    What appears and disappears by itself has room of its own, or lies over the rest (the notices):
    so nothing moves that a person did not move.
    """
    head, main, explained, notices, ahead = (st.container(key=f"train-{part}") for part in _PARTS)
    invited, body = (main.container(key=f"train-{part}") for part in ("invitation", "body"))
    changed = folder_changed()
    session.choose_upload(False)  # the other pages show the run that is shown here
    runs = server.store().list()
    shown = run_choice.shown_run(runs)
    # The list was read a moment before the history, so the state shown is that of the history.
    history = history_of(RunFolder(shown.path)) if shown else None
    beside = comparison.compared(shown, runs) if shown else []
    drawn_from = page_state(history, beside, changed)
    with head:
        _controls(drawn_from, history, shown, runs)
        problems.show("address")  # here nothing lies below it
        trash.deleted_notice()
        code.code_to_start(drawn_from.queue)
        rate_finder.rate_finder()
    with ahead:
        plotly_js.ensure()
    if shown is None or history is None:
        with invited:
            start.start_page(drawn_from.queue)
            st.fragment(_wait_for_runs, run_every=drawn_from.pace)(drawn_from)
            network.untrained(session.config())
    with body:
        if shown is not None and history is not None:
            comparison.write_in_address(shown)
            st.fragment(live.live, run_every=drawn_from.pace)(shown, runs, drawn_from)
            _below(history, shown, runs, drawn_from)
    with explained:
        trash.deleted_runs()
        on_train_page(session.data_config())
    with notices:
        _notices(history, drawn_from, runs)


def _controls(
    drawn_from: PageState,
    history: History | None,
    shown: RunInfo | None,
    runs: Sequence[RunInfo],
) -> None:
    """The one row of buttons, with the list of runs."""
    with st.container(horizontal=True, key="controls"):
        actions.train_button(drawn_from.queue, quiet=shown is None)
        seeds.seeds_button()
        if shown is None or history is None:
            return
        steering.buttons(history)
        actions.continue_training(history, progress_of(history).epochs)
        run_choice.choose_run(runs, shown)
        branch.branch_off(history)
        run_menu.run_menu(shown, runs)


def _below(
    history: History, shown: RunInfo, runs: Sequence[RunInfo], drawn_from: PageState
) -> None:
    """What one reads after the chart: the run, the queue, the model, the settings."""
    run_menu.label_line(shown)
    branch.origin(history, runs)
    figures.run_facts(history)
    queue.queue_panel(drawn_from.queue, runs, history.folder.id)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header(_("Model"), anchor=False)
        tables.model_table(history.folder.config)
    with right:
        st.header(_("Settings"), anchor=False)
        tables.settings_table(history.config)
    code.code_of_run(history)


def _notices(history: History | None, drawn_from: PageState, runs: Sequence[RunInfo]) -> None:
    """What lies over the end of the page for a while, so that nothing makes room for it."""
    data_notice(session.data_config())
    problems.show("click")  # in sight wherever the page was clicked
    if history is not None:
        queue.added_notice(drawn_from.queue, runs, history.folder.id)
        steering.pending(history)


def _wait_for_runs(drawn_from: PageState) -> None:
    """Notice a run that was started elsewhere."""
    if drawn_from.is_outdated(page_state(None)):
        st.rerun()


page()
actions.accept_clicks()
