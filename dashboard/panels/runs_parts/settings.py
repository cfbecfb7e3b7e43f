"""Only the settings in which the selected runs differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.panels.downloads import csv_button
from dashboard.panels.plain_table import plain_table
from dashboard.words.run_cells import cell_text, column_label
from dashboard.words.run_names import distinct_names
from dashboard.words.translation import _
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, differing

__all__ = ["draw"]

_MOST = 12  # runs that have room beside each other
_FIGURES = ("best", "test")


def draw(runs: Sequence[RunInfo]) -> None:
    """A table with a row a setting and a column a run; the figures they came to below."""
    if len(runs) < 2:
        st.caption(_("Select another run, and see here in which settings they differ."))
        return
    shown, columns = runs[:_MOST], differing(runs)
    if not columns:
        st.caption(_("All settings of these runs are the same."))
        return
    names = distinct_names(shown)
    rows = [*columns, *(COLUMNS[name] for name in _FIGURES)]
    table = {_("Setting"): [column_label(column) for column in rows]}
    table |= {names[info.id]: [cell_text(column, info) for column in rows] for info in shown}
    plain_table(
        list(zip(*table.values(), strict=True)),
        label=_("Settings that differ"),
        headings=list(table),
    )
    if len(runs) > len(shown):
        st.caption(_("The first {n} of the {all:,} selected runs.", n=len(shown), all=len(runs)))
    csv_button(table, key="runs-settings-csv", file="runs-settings")
