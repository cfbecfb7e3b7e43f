"""The live chart of a run, with its switches."""

from __future__ import annotations

import streamlit as st

from dashboard.charts.training import training_arrays, training_info
from dashboard.charts.training_frame import frame
from dashboard.components.live_chart import live_chart, visible_range
from dashboard.progress import ACTIVE
from mlcore.runs import History

__all__ = ["run_chart"]

_KEY = "run-chart"
_WINDOWS = (1, 10, 25, 50, 100, 250, 500, 1_000)


def run_chart(history: History) -> None:
    """Draw the losses and the accuracy of a run, as far as it is."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key="chart-switches"
    ):
        window = st.select_slider(
            "Smoothing",
            _WINDOWS,
            value=50,
            format_func=lambda steps: "off" if steps == 1 else f"{steps:,} steps",
            key="smoothing",
            persist_state="session",
            help="The strong line is the mean of so many steps; the faint one is every step.",
            width=260,
        )
        log = st.toggle("Logarithmic loss", key="log-axis", persist_state="session")
        with st.container(key="zoom-hint", width="content"):
            st.caption("Drag over the chart to zoom, double-click to see all of it.")
    run, started = history.folder.id, history.started
    validated = (
        bool(started.validation_images) if started else bool(history.folder.config.data.validation)
    )
    info = training_info(
        history.steps,
        history.epochs,
        history.edits,
        history.checkpoints,
        steps_per_epoch=started.steps_per_epoch if started else 0,
        active=history.state in ACTIVE,
        validated=validated,
        window=window,
        visible=visible_range(_KEY, run),
    )
    live_chart(
        frame(log=log, validated=validated, run=run, upto=info.upto, dense=info.dense),
        training_arrays(info),
        run=run,
        key=_KEY,
    )
