"""Train: start a run and watch it, stop it, go on with it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import session
from dashboard.components import plotly_js
from dashboard.errors import friendly_errors
from dashboard.histories import history_of
from dashboard.panels import actions, chart, figures, picker, tables
from dashboard.progress import ACTIVE, progress_of
from dashboard.wording import as_markdown
from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.runs import History, RunFolder, RunInfo

_STARTING, _TRAINING, _IDLE = 0.2, 0.5, 2.0  # seconds between two looks at the run


def page() -> None:
    """The whole page."""
    plotly_js.ensure()
    runs = session.store().list()
    shown = picker.chosen_run(runs)
    training = _training(runs, shown)
    _style()
    with st.container(horizontal=True, vertical_alignment="center", key="train-head"):
        actions.start_and_stop(shown, training)
        st.space("stretch")
        if shown:
            picker.pick_run(runs, shown)
    actions.problem()
    if shown is None:
        _invitation(session.config())
        st.fragment(_wait_for_runs, run_every=_IDLE)(_runs_changed())
        return
    if training and training.id != shown.id:
        _other_run(training)
    folder = RunFolder(shown.path)
    history = history_of(folder)
    pace = _pace(history)
    st.fragment(_live, run_every=pace)(shown.path, pace, history.state, _runs_changed())
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Model")
        tables.model_table(folder.config)
    with right:
        st.subheader("Settings")
        tables.settings_table(folder.config)


@friendly_errors()
def _live(path: Path, pace: float, state: str, changed: int) -> None:
    """All that moves while the run trains; drawn anew by itself, without the rest of the page."""
    history = history_of(RunFolder(path))
    if (_pace(history), history.state, _runs_changed()) != (pace, state, changed):
        st.rerun()
    progress = progress_of(history)
    with st.container(horizontal=True, vertical_alignment="center", key="standing"):
        figures.standing(history.state)
        _what_next(history, progress.epochs)
        figures.circumstances(history, progress)
    if history.message:
        st.error(as_markdown(history.message), icon=":material/error:")
    if history.state in ACTIVE:
        figures.progress_bar(progress)
    figures.numbers(history)
    chart.run_chart(history)
    st.subheader("Epochs")
    tables.epochs_table(history.epochs)


def _what_next(history: History, epochs: int) -> None:
    """What can be done with a run that has ended."""
    if history.state in ACTIVE:
        return
    if history.state != "finished":
        actions.resume(history.folder)
        return
    if (Path(__file__).parent / "test.py").exists():
        st.page_link(
            "app_pages/test.py", label="See what it gets wrong", icon=":material/fact_check:"
        )
    actions.more_epochs(history.folder.id, epochs)


def _training(runs: list[RunInfo], shown: RunInfo | None) -> RunInfo | None:
    """A run that is under way: the shown one if it is, else the newest."""
    if shown and shown.state in ACTIVE:
        return shown
    return next((info for info in runs if info.state in ACTIVE), None)


def _other_run(training: RunInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":material/play_arrow: Another run is training now.", width="content")
        st.button(
            "Show it", key="show-training", on_click=session.set_current_run, args=(training.id,)
        )


def _invitation(config: RunConfig | None) -> None:
    """What pressing Train will do."""
    config = config or RunConfig()
    family = CATALOG[config.data.name]
    images = min(config.data.train_limit or family.train_images, family.train_images)
    count = max(0, images - config.data.validation)
    epochs = config.train.epochs
    with st.container(border=True, key="invitation", horizontal_alignment="center"):
        st.markdown("### Nothing is trained yet", width="content", text_alignment="center")
        st.markdown(
            f"Press **Train**, and a small neural network learns from {count:,} images of "
            f"{family.title}, {epochs} time{'s' if epochs > 1 else ''} over, with the settings on "
            "the left. You see here at once how its loss falls, and its model is kept when it "
            "ends or when you stop it.",
            width=560,
            text_alignment="center",
        )


@friendly_errors()
def _wait_for_runs(changed: int) -> None:
    """Notice a run that was started elsewhere."""
    if _runs_changed() != changed:
        st.rerun()


def _runs_changed() -> int:
    """A number that changes when a run is added or deleted."""
    try:
        return session.runs_root().stat().st_mtime_ns
    except OSError:
        return 0


def _pace(history: History) -> float:
    if history.state not in ACTIVE:
        return _IDLE
    return _TRAINING if history.step else _STARTING


def _style() -> None:
    """Figures share a row as long as each has room, and wrap on a phone."""
    st.html(
        "<style>"
        ".st-key-figures > div { flex: 1 1 150px !important; min-width: 150px; }"
        ".st-key-figures [data-testid=stMetricValue] { font-variant-numeric: tabular-nums; }"
        ".st-key-chart-switches { row-gap: 0.25rem; }"
        "@media (max-width: 640px) { .st-key-zoom-hint { display: none; } }"
        "[class*=st-key-invitation] { padding: 4rem 1.5rem; }"
        "</style>"
    )


page()
