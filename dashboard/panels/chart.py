"""The live chart of a run, and its switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.charts.loss_axis import AxisKind
from dashboard.charts.other_runs import OtherRun, other_run
from dashboard.charts.run_tables import epochs_table
from dashboard.charts.table import Table
from dashboard.charts.training import training_arrays, training_info
from dashboard.charts.training_frame import training_frame
from dashboard.components.live_chart import chart_message, live_chart, visible_range
from dashboard.panels.chart_table import chart_table
from dashboard.server.histories import history_of
from dashboard.server.load import load
from dashboard.server.shared import shared
from dashboard.session.comparison import compared
from dashboard.words.progress import ACTIVE
from dashboard.words.run_names import distinct_names
from dashboard.words.spoken import chart_words, news
from dashboard.words.translation import N_, _, language, ngettext, translated
from mlcore.data import CATALOG
from mlcore.errors import DivergedError
from mlcore.runs import History, RunFolder, RunInfo, State

__all__ = ["refresh_was_missed", "run_chart", "run_table", "switches"]

_KEY = "run-chart"
_MISSED, _WAS_LOG = "chart-missed", "chart-was-log"
_DUE, _DUE_AT_START = 5.0, 15.0  # seconds in which a run that trains has written something
_LATE = 2.5  # refreshes after which one is late
_SELDOM = 2.0  # seconds between two refreshes from which on the chart says so
_AXES: Mapping[AxisKind, str] = {
    "auto": N_("Automatic"),
    "linear": N_("Linear"),
    "log": N_("Logarithmic"),
}
_WINDOWS = (1, 10, 25, 50, 100, 250, 500, 1_000)
_WINDOW = 50
_SMOOTHING, _AXIS = "smoothing", "log-axis"


def run_chart(
    history: History,
    shown: RunInfo,
    runs: Sequence[RunInfo],
    *,
    moving: bool = False,
    pace: float = 0.0,
    marked: tuple[int, int] | None = None,
    warning: str = "",
) -> None:
    """Draw the losses and the accuracy of a run up to now, and of those beside it.

    Args:
        history: of the run.
        shown: the run.
        runs: all there are.
        moving: one of those beside it trains.
        pace: seconds between two refreshes.
        marked: first and last step of what is pointed at.
        warning: what is wrong with the run, for readers of the screen.
    """
    run, axis = history.folder.id, _axis()
    beside = compared(shown, runs)
    names = distinct_names([shown, *beside])
    look = _Look(
        name=names[run],
        beside=tuple((Path(info.path), names[info.id]) for info in beside),
        window=int(st.session_state.get(_SMOOTHING, _WINDOW)),
        visible=visible_range(_KEY, run),
        axis=axis,
        was_log=st.session_state.get(_WAS_LOG) == run,
        due=_due(history.state, pace, moving=moving),
        seldom=_seldom(pace),
        marked=marked,
        warning=warning,
        language=language(),
    )
    known = (run, history.state, len(history.edits), len(history.epochs), history.refused is None)
    ended = history.state not in ACTIVE and not moving
    message, log = shared().get(
        (look, known, history.step if ended else None),
        load().least_pause / 2,
        lambda: _message(history, look),
    )
    if axis == "auto":
        st.session_state[_WAS_LOG] = run if log else None
    live_chart(message, key=_KEY, on_missed=_miss)


def run_table(history: History, shown: RunInfo, runs: Sequence[RunInfo]) -> None:
    """What the chart shows in words, and the epochs of all its runs as a table, once it is open."""
    beside = compared(shown, runs)
    names = distinct_names([shown, *beside])

    def table() -> Table:
        others = [(names[info.id], history_of(RunFolder(info.path)).epochs) for info in beside]
        name = names[history.folder.id]
        found = epochs_table([(name, history.epochs), *others])
        return found._replace(words=chart_words(history, name, len(others)))

    chart_table("", table, key=_KEY, title=_("Losses and accuracy"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a person looks at a run; those who look alike are sent the same."""

    name: str  # of the run
    beside: tuple[tuple[Path, str], ...]  # the runs beside it, and their names
    window: int  # steps of the moving mean
    visible: tuple[float, float] | None  # steps on the screen
    axis: AxisKind
    was_log: bool
    due: float  # seconds
    seldom: str
    marked: tuple[int, int] | None  # steps
    warning: str
    language: str


def _message(history: History, look: _Look) -> tuple[bytes, bool]:
    """What is sent to the browser, and whether the axis of losses is logarithmic."""
    run, started = history.folder.id, history.started
    validated = (
        bool(started.validation_images) if started else bool(history.folder.config.data.validation)
    )
    info = training_info(
        history.steps,
        history.epochs,
        history.edits,
        history.checkpoints,
        epoch_end=_epoch_end(history),
        begin=history.starts[0].step if history.starts else 0,
        diverged=history.step + 1 if isinstance(history.error, DivergedError) else 0,
        marked=look.marked,
        validated=validated,
        window=look.window,
        visible=look.visible,
        axis=look.axis,
        was_log=look.was_log,
        name=look.name,
        others=[_other(path, name, look) for path, name in look.beside],
    )
    message = chart_message(
        training_frame(info, run=run),
        training_arrays(info),
        run=run,
        words=chart_words(history, look.name, len(info.others)),
        news=news(history, look.warning),
        due=look.due,
        seldom=look.seldom,
    )
    return message, info.axis.log


def _axis() -> AxisKind:
    kind: AxisKind = st.session_state.get(_AXIS) or "auto"
    return kind


def switches() -> None:
    """How the chart is drawn: below it, since one looks at the chart first."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key="chart-switches"
    ):
        st.select_slider(
            _("Smoothing"),
            _WINDOWS,
            value=_WINDOW,
            format_func=_smoothing,
            key=_SMOOTHING,
            persist_state="session",
            help=_("The strong line is the mean of so many steps; the faint one is every step."),
            width=260,
        )
        st.segmented_control(
            _("Loss axis"),
            list(_AXES),
            default="auto",
            required=True,
            format_func=lambda kind: translated(_AXES[kind]),
            key=_AXIS,
            persist_state="session",
            help=_("Automatic: logarithmic where the loss goes through decades."),
        )
        with st.container(key="zoom-hint", width="content"):
            st.caption(_("Drag over the chart to zoom, double-click to see all of it."))


def _epoch_end(history: History) -> int:
    """The step to which the axis reaches at least; a guess before the run has read its data."""
    if history.state not in ACTIVE:
        return 0
    if history.started is not None:
        return history.length.epoch_end(history.epochs_done)
    data = history.folder.config.data
    images = CATALOG[data.name].train_images
    return max(0, min(data.train_limit or images, images) - data.validation) // data.batch_size


def refresh_was_missed() -> bool:
    """Whether the browser has waited for a refresh in vain since the last call."""
    return bool(st.session_state.pop(_MISSED, False))


def _smoothing(steps: int) -> str:
    return _("off") if steps == 1 else ngettext("{n:,} step", "{n:,} steps", steps)


def _miss() -> None:
    st.session_state[_MISSED] = True


def _due(state: State, pace: float, *, moving: bool) -> float:
    if state == "running" or moving:
        return max(_DUE, _LATE * pace)
    return max(_DUE_AT_START, _LATE * pace) if state == "queued" else 0.0


def _seldom(pace: float) -> str:
    if pace < _SELDOM or load().tabs < 2:
        return ""
    return _(
        "Drawn every {seconds:.0f} s, as {tabs} tabs are open.", seconds=pace, tabs=load().tabs
    )


def _other(path: Path, name: str, look: _Look) -> OtherRun:
    history = history_of(RunFolder(path))
    return other_run(name, history.steps, history.epochs, window=look.window, visible=look.visible)
