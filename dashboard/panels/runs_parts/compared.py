"""The selected runs side by side: curves, settings, and how the two belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import server
from dashboard.gaps.widgets import show
from dashboard.panels import verdict
from dashboard.panels.runs_parts import curves, family, plots, setting_map, settings
from dashboard.session import run_view
from dashboard.session.problems import friendly_errors
from dashboard.words.progress import ACTIVE
from dashboard.words.translation import N_, _, translated
from mlcore.runs import RunInfo

__all__ = ["PARTS", "compared_runs"]

PARTS: Mapping[str, tuple[str, Callable[[Sequence[RunInfo]], None]]] = {
    "curves": (N_("Curves"), curves.draw),
    "seeds": (N_("Seeds and verdict"), verdict.draw),
    "settings": (N_("Settings"), settings.draw),
    "parallel": (N_("Parallel coordinates"), plots.draw_parallel),
    "map": (N_("Map"), setting_map.draw),
    "scatter": (N_("Scatter"), plots.draw_scatter),
    "family": (N_("Family"), family.draw),
}
"""Name in the address → label and what draws it; the first is shown at first."""

_LIVE = 2.0  # seconds between two drawings while one of the runs trains


def compared_runs(selected: Sequence[RunInfo]) -> None:
    """The row of buttons, and below it the chosen part; nothing where nothing is selected."""
    if not selected:
        return
    names = list(PARTS)
    chosen = run_view.part(names)
    widget = show("runs-part", chosen, run_view.choose_part)
    st.segmented_control(
        _("What to compare"),
        names,
        format_func=lambda name: translated(PARTS[name][0]),
        default=widget.value,
        required=True,
        key=widget.key,
        label_visibility="collapsed",
    )
    moves = any(info.state in ACTIVE for info in selected)
    runs = tuple(info.id for info in selected)
    st.fragment(_part, run_every=_LIVE if moves else None)(chosen, runs)


@friendly_errors()
def _part(name: str, runs: Sequence[str]) -> None:
    by_id = {info.id: info for info in server.store().list()}
    PARTS[name][1]([by_id[run] for run in runs if run in by_id])
