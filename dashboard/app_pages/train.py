"""Train: start a run, watch it, steer it, go on with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from dashboard.server.histories import history_of
from dashboard.session import comparison, problems
from dashboard.words.progress import ACTIVE, progress_of
from dashboard.words.wording import as_markdown
from mlcore.events import EditRefused
from mlcore.runs import History, RunFolder, RunInfo, State
from mlcore.runs.active.queue import QueueSnapshot

_ANSWERING, _STARTING, _IDLE = 0.1, 0.2, 2.0  # seconds between two looks at the run
_LIVELY, _STEADY = 0.5, 1.0  # the same while it trains: at first, and after its first seconds
_FIRST_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """What the page outside the fragment was drawn from; when it changes, all is drawn anew."""

    state: State | None  # of the shown run
    drawn: bool  # its first step is there
    edits: tuple[int, EditRefused | None]  # how many were made, and one that was refused
    queue: QueueSnapshot  # what trains and what waits
    answer_due: bool  # a click is not answered yet
    folder_changed: int  # a number that changes when a run is added or deleted
    beside: tuple[str, ...] = ()  # runs that are drawn beside it
    moving: bool = False  # one of these trains
    steady: bool = False  # it has trained for a while

    @property
    def pace(self) -> float:
        """Seconds between two looks at the run.

        A look costs the browser about as much as a tenth of a second of training, so a run that
        takes longer is looked at less often.
        """
        if self.answer_due:
            return _ANSWERING
        if self.state not in ACTIVE:
            return _STEADY if self.moving else _IDLE
        if not self.drawn:
            return _STARTING
        return _STEADY if self.steady else _LIVELY

    def stand(self, history: History | None) -> bool:
        """Whether nothing has changed since."""
        here = history is None or (
            (history.state, history.step > 0) == (self.state, self.drawn)
            and _edits(history) == self.edits
            and steering.answer_due(history) == self.answer_due
            and _steady(history) == self.steady
        )
        queued = server.queue().snapshot() == self.queue
        return here and queued and self.folder_changed == _folder_changed()


def page() -> None:
    """The whole page."""
    ahead = st.container()
    changed = _folder_changed()
    session.choose_upload(False)  # what is said here of a run, the other pages follow
    runs = server.store().list()
    shown = run_choice.shown_run(runs)
    # The list was read a moment before the history: what is shown goes by the history alone.
    history = history_of(RunFolder(shown.path)) if shown else None
    beside = comparison.compared(shown, runs) if shown else []
    signs = _signs(history, beside, changed)
    _style()
    with st.container(horizontal=True, vertical_alignment="center", key="train-head"):
        actions.start(signs.queue)
        if history:
            steering.buttons(history)
            branch.branch_off(history)
        st.space("stretch")
        if shown:
            with st.container(horizontal=True, gap="small", width="content"):  # wrap together
                run_choice.choose_run(runs, shown)
                run_menu.run_menu(shown, runs)
    with ahead:  # the first component of a server imports pandas: after the head, not before it
        plotly_js.ensure()
    problems.show()
    run_menu.deleted_notice()
    if shown is None or history is None:
        invitation.press_train(session.config())
        st.fragment(_wait_for_runs, run_every=_IDLE)(signs)
        return
    comparison.write_in_address(shown)
    queue.queue_panel(signs.queue, runs, history.folder.id)
    steering.apply(history)
    run_menu.label_line(shown)
    branch.origin(history, runs)
    st.fragment(_live, run_every=signs.pace)(shown, runs, signs)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Model")
        tables.model_table(history.folder.config)
    with right:
        st.subheader("Settings")
        tables.settings_table(history.config)


def _signs(history: History | None, beside: Sequence[RunInfo], folder_changed: int) -> _Signs:
    return _Signs(
        state=history.state if history else None,
        drawn=history is not None and history.step > 0,
        edits=_edits(history) if history else (0, None),
        queue=server.queue().snapshot(),
        answer_due=history is not None and steering.answer_due(history),
        folder_changed=folder_changed,
        beside=tuple(info.id for info in beside),
        moving=_moving(beside),
        steady=history is not None and _steady(history),
    )


@problems.friendly_errors()
def _live(shown: RunInfo, runs: Sequence[RunInfo], signs: _Signs) -> None:
    """All that moves while the run trains; drawn anew by itself, without the rest of the page."""
    history = history_of(RunFolder(shown.path))
    beside = comparison.compared(shown, runs)
    same = tuple(info.id for info in beside) == signs.beside and _moving(beside) == signs.moving
    if not (same and signs.stand(history)) or chart.refresh_was_missed():
        st.rerun()
    progress = progress_of(history)
    with st.container(horizontal=True, vertical_alignment="center", key="standing"):
        waits = queue.where_it_waits(signs.queue, shown.id) if history.state == "queued" else ""
        figures.standing(history.state, waits=bool(waits))
        steering.single_steps(history)
        _what_next(history, progress.epochs)
        figures.circumstances(history, progress)
    if history.message:
        st.error(as_markdown(history.message), icon=":material/error:")
    if history.damage:
        st.warning(as_markdown(history.damage), icon=":material/broken_image:")
    if waits:
        st.caption(waits)
    elif history.state in ACTIVE:
        figures.progress_bar(progress)
    figures.numbers(history)
    chart.run_chart(history, shown, runs, moving=signs.moving)
    st.subheader("Epochs")
    tables.epochs_table(history.epochs)


def _what_next(history: History, epochs: int) -> None:
    """What can be done with a run that has ended."""
    if history.state in ACTIVE:
        return
    if history.state != "finished":
        actions.resume(history)
        return
    st.page_link("app_pages/test.py", label="See what it gets wrong", icon=":material/fact_check:")
    actions.more_epochs(history, epochs)


def _edits(history: History) -> tuple[int, EditRefused | None]:
    return len(history.edits), history.refused


def _steady(history: History) -> bool:
    """Whether the run trains, and its first seconds are over."""
    pace = history.steps_per_second if history.state == "running" else None
    return pace is not None and history.step > pace * _FIRST_SECONDS


def _moving(beside: Sequence[RunInfo]) -> bool:
    """Whether one of these runs trains, so that its curve grows."""
    return any(history_of(RunFolder(info.path)).state in ("running", "paused") for info in beside)


def _wait_for_runs(signs: _Signs) -> None:
    """Notice a run that was started elsewhere."""
    if not signs.stand(None):
        st.rerun()


def _folder_changed() -> int:
    try:
        return server.runs_root().stat().st_mtime_ns
    except OSError:
        return 0


def _style() -> None:
    """Figures share a row as long as each has room, and wrap on a phone."""
    st.html(
        "<style>"
        ".st-key-figures > div { flex: 1 1 150px !important; min-width: 150px; }"
        ".st-key-figures [data-testid=stMetricValue] { font-variant-numeric: tabular-nums; }"
        ".st-key-chart-switches { row-gap: 0.25rem; }"
        ".st-key-pending { padding: 0.5rem 0.75rem; row-gap: 0.5rem; }"
        "@media (max-width: 640px) { .st-key-zoom-hint { display: none; } }"
        "</style>"
    )


page()
actions.ready()
