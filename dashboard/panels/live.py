"""What moves on the Train page while a run trains: state, figures, chart, network, epochs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.panels import (
    chart,
    compare,
    diagnosis,
    figures,
    group_figures,
    network,
    queue,
    reading_aid,
    steering,
    tables,
)
from dashboard.panels.refresh import PageState, page_state
from dashboard.server.histories import history_of
from dashboard.session import comparison, problems
from dashboard.words.progress import ACTIVE, progress_of
from dashboard.words.translation import _
from mlcore.runs import History, RunFolder, RunInfo
from mlcore.runs.library.groups import experiment_of

__all__ = ["live"]


@problems.friendly_errors()
def live(shown: RunInfo, runs: Sequence[RunInfo], drawn_from: PageState) -> None:
    """All that moves while the run trains; refreshed by itself, without the rest of the page."""
    history = history_of(RunFolder(shown.path))
    beside = comparison.compared(shown, runs)
    if drawn_from.is_outdated(page_state(history, beside)) or chart.refresh_was_missed():
        st.rerun()
    with st.container(key="live"):
        _standing(history, drawn_from)
        figures.metrics(history)
        seen = diagnosis.seen_in(history)
        chart.run_chart(
            history,
            shown,
            runs,
            moving=drawn_from.moving,
            pace=drawn_from.pace,
            marked=seen.marked,
            warning=seen.warning,
        )
        diagnosis.in_plain_words(seen)
        chart.switches()
        compare.choose_others(shown, runs)
        reading_aid.how_to_read()
        chart.run_table(history, shown, runs)
    network.of_run(history)
    figures.troubles(history)
    if (group := experiment_of(shown, runs)) is not None:
        group_figures.group_part(group)
    st.header(_("Epoch by epoch"), anchor=False)
    tables.epochs_table(history.epochs, history.state)


def _standing(history: History, drawn_from: PageState) -> None:
    """One line: the state of the run, how far it is or how it ended, and what can be done next."""
    progress = progress_of(history)
    waits = queue.where_it_waits(drawn_from.queue, history.folder.id)
    with st.container(horizontal=True, key="standing"):
        figures.status_badge(history.state, waits=bool(waits))
        with st.container(key="how-far"):
            if waits:
                st.caption(waits)
            elif history.state in ACTIVE:
                st.progress(progress.share, text=progress.words)
            else:
                figures.how_it_ended(history, progress)
        if history.state not in ("paused", "finished"):
            return
        with st.container(horizontal=True, key="next"):
            steering.single_steps(history)
            if history.state == "finished":
                st.page_link(
                    "app_pages/test.py",
                    label=_("See what it gets wrong"),
                    icon=":material/fact_check:",
                )
