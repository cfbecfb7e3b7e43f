"""Each class in figures and curves, against the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.charts.class_curves import (
    Kind,
    curves_figure,
    curves_info,
    curves_table,
    curves_words,
)
from dashboard.charts.numbers import COUNT_COLUMN, FIGURE_COLUMN, PERCENT_COLUMN
from dashboard.panels import downloads
from dashboard.panels.headings import choose_one, heading
from dashboard.panels.test_parts.subject import Subject
from dashboard.words.translation import N_, _, translated

__all__ = ["draw"]

_KINDS: Mapping[Kind, str] = {"roc": N_("ROC"), "precision": N_("Precision and recall")}


def draw(subject: Subject) -> None:
    """The whole part."""
    _table(subject)
    _curves(subject)


def _curves(subject: Subject) -> None:
    """ROC or precision-recall curves of the classes."""
    about = _(
        "Each class against all others, by its probability: how much of it is found, and how much "
        "else with it, from the strictest threshold to the loosest."
    )
    with heading(_("Curves"), key="curves", help=about):
        kind = choose_one(_("Kind of curve"), _KINDS, key="curves-kind")
    info = curves_info(subject.tested.curves, subject.classes, kind)
    downloads.chart(
        curves_figure(info, session.colours()),
        key="curves",
        title=translated(_KINDS[kind]),
        file=f"{subject.name}-{kind}",
        words=curves_words(info),
        table=lambda: curves_table(info),
    )


def _table(subject: Subject) -> None:
    """Precision, recall, F1 and the areas of each class; a click on a heading sorts."""
    columns = _columns(subject)
    with heading(_("Each class"), key="classes"):
        downloads.csv_button(columns, key="csv-classes", file=f"{subject.name}-classes")
    shares = {name: [100 * share for share in columns[name]] for name in _SHARES}
    st.dataframe(
        {**columns, **shares},
        key="per-class",
        hide_index=True,
        height="content" if len(subject.classes) <= 12 else 520,
        column_config=_config(),
    )


_SHARES = ("precision", "recall", "f1")


def _columns(subject: Subject) -> dict[str, list[Any]]:
    per_class, areas = subject.result["evaluation"]["per_class"], subject.tested.curves
    return {
        "class": list(subject.classes),
        **{name: [entry[name] for entry in per_class] for name in _SHARES},
        "images": [entry["support"] for entry in per_class],
        "roc_auc": [one.roc_auc for one in areas],
        "average_precision": [one.average_precision for one in areas],
    }


def _config() -> dict[str, Any]:
    number = st.column_config.NumberColumn

    def bar(label: str, help: str) -> Any:
        return st.column_config.ProgressColumn(
            label, help=help, format=PERCENT_COLUMN, min_value=0, max_value=100
        )

    return {
        "class": st.column_config.TextColumn(
            _("Class"), help=_("The true class of the images in this row.")
        ),
        "precision": bar(
            _("Precision"), _("The share of images predicted as this class that belong to it.")
        ),
        "recall": bar(
            _("Recall"), _("The share of images of this class that are predicted as it.")
        ),
        "f1": bar(_("F1"), _("Harmonic mean of precision and recall.")),
        "images": number(_("Images"), help=_("Test images of the class."), format=COUNT_COLUMN),
        "roc_auc": number(
            _("ROC area"),
            help=_("How surely an image of the class gets a higher probability than another."),
            format=FIGURE_COLUMN,
        ),
        "average_precision": number(
            _("Average precision"),
            help=_("Mean of the precision over all shares found."),
            format=FIGURE_COLUMN,
        ),
    }
