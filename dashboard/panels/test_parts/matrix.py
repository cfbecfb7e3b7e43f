"""The confusion matrix; a click on a cell narrows the images below to it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import session
from dashboard.charts.confusion import confusion_figure
from dashboard.charts.confusion_cells import Unit, confusion_info
from dashboard.charts.legend import matrix_signs
from dashboard.charts.matrix_tables import confusion_table, confusion_words
from dashboard.panels import downloads
from dashboard.panels.headings import choose_one, heading
from dashboard.panels.test_parts.chosen_cell import choose_cell, chosen_cell
from dashboard.panels.test_parts.subject import Subject
from dashboard.words.translation import N_, _

__all__ = ["matrix"]

_CHART = "confusion"
_UNITS: Mapping[Unit, str] = {
    "counts": N_("Counts"),
    "percent": N_("% of row"),
    "column": N_("% of column"),
}


def matrix(subject: Subject) -> None:
    """The matrix, its unit, and the commonest mistakes in words."""
    classes = subject.classes
    with heading(_("Confusion matrix"), key="matrix"):
        unit = choose_one(_("Unit"), _UNITS, key="confusion-unit")
    info = confusion_info(subject.result["evaluation"]["confusion"], classes, unit)
    downloads.chart(
        confusion_figure(info, session.colours(), chosen_cell(len(classes))),
        key=_CHART,
        title=_("Confusion matrix"),
        file=f"{subject.name}-confusion",
        words=confusion_words(info),
        table=lambda: confusion_table(info),
        signs=matrix_signs(session.colours()),
        on_select=_cell_chosen,
        selection_mode="points",
    )
    rows = subject.result["evaluation"]["confusion"]
    columns = {name: [row[n] for row in rows] for n, name in enumerate(classes)}
    downloads.csv_button(
        {_("true, by predicted"): classes, **columns},
        key="confusion-csv",
        file=f"{subject.name}-confusion",
    )


def _cell_chosen() -> None:
    """A cell was clicked: choose it; on the diagonal, the mistakes of its row."""
    points = st.session_state[_CHART].selection.points
    true, predicted = points[0]["customdata"] if points else (None, None)
    choose_cell(true, None if true == predicted else predicted)
