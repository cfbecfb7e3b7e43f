"""The result of a test: figures, confusion matrix, figures per class, mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import session
from dashboard.charts.confusion import (
    Unit,
    cell_words,
    confusion_figure,
    confusion_info,
    frequent_mistakes,
)
from dashboard.charts.mistakes import mistake_cards, mistakes_html
from dashboard.panels.figures import metric_with_note
from dashboard.words.choices import choice_name
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import as_markdown, exact_percent, percent

__all__ = ["classes_table", "figures", "matrix", "mistakes", "normalisations"]

_CHART, _UNIT, _SHOWN = "confusion", "confusion-unit", "mistakes-shown"
_TRUE, _PREDICTED = "mistakes-true", "mistakes-predicted"
_PAGE = 24  # mistakes shown at a time
_UNITS: Mapping[Unit, str] = {"counts": N_("Counts"), "percent": N_("% of row")}


def figures(evaluation: Mapping[str, Any]) -> None:
    """Accuracy, loss and mistakes in large figures."""
    confusion, total = evaluation["confusion"], int(evaluation["images"])
    right = sum(row[index] for index, row in enumerate(confusion))
    wrong = total - right
    accuracy, errors = exact_percent(right, total), exact_percent(wrong, total)
    ratio = _("{right:,} of {total:,}", right=right, total=total)
    with st.container(horizontal=True, key="figures", gap="small"):
        metric_with_note(_("Test accuracy"), accuracy, ratio)
        metric_with_note(_("Test loss"), f"{evaluation['loss']:.4f}", _("per image"))
        metric_with_note(_("Mistakes"), f"{wrong:,}", _("{share} of all", share=errors))


def normalisations(trials: Mapping[str, Any]) -> None:
    """How good a model is with each of the usual normalisations, which its file leaves open."""
    shown = []
    for trial in trials["tried"]:
        words = _(
            "{mean:g} / {std:g}: {accuracy}",
            mean=trial["mean"],
            std=trial["std"],
            accuracy=percent(trial["accuracy"]).replace(" ", "\N{NO-BREAK SPACE}"),
        )
        best = trial == trials["best"]
        shown.append(f"**{as_markdown(words)}**" if best else as_markdown(words))
    text = ngettext(
        "Right on {n:,} validation image of {data}, by mean / standard deviation: {trials}.",
        "Right on {n:,} validation images of {data}, by mean / standard deviation: {trials}.",
        int(trials["images"]),
        data=as_markdown(choice_name(trials["data"])),
        trials="; ".join(shown),
    )
    if not trials["clear"]:
        text += " " + _("With none of them the model is better than guessing.")
    st.caption(text)


def matrix(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> None:
    """The confusion matrix; a click on a cell narrows the mistakes below to it."""
    with st.container(horizontal=True, vertical_alignment="center", key="head-matrix"):
        st.header(_("Confusion matrix"), anchor=False)
        st.space("stretch")
        unit = st.segmented_control(
            _("Unit"),
            list(_UNITS),
            format_func=lambda name: translated(_UNITS[name]),
            default="counts",
            required=True,
            key=_UNIT,
            label_visibility="collapsed",
            persist_state="session",
        )
    info = confusion_info(confusion, classes, unit)
    st.plotly_chart(
        confusion_figure(info, session.colours()),
        key=_CHART,
        theme=None,
        config={"displayModeBar": False},
        on_select=_cell_chosen,
        selection_mode="points",
    )
    pairs = "; ".join(cell_words(cell, classes) for cell in frequent_mistakes(info, 3))
    if pairs:
        st.caption(
            _("Most often: {mistakes}. Click a cell to see them.", mistakes=as_markdown(pairs))
        )


def classes_table(per_class: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> None:
    """Precision, recall and F1 of each class; a click on a heading sorts."""
    with st.container(horizontal=True, vertical_alignment="center", key="head-classes"):
        st.header(_("Each class"), anchor=False)
    number, share = st.column_config.NumberColumn, "%.2f %%"
    shares = {
        name: [100 * entry[name] for entry in per_class] for name in ("precision", "recall", "f1")
    }
    st.dataframe(
        {"class": classes, **shares, "images": [entry["support"] for entry in per_class]},
        key="per-class",
        hide_index=True,
        height="content" if len(classes) <= 12 else 520,
        column_config={
            "class": st.column_config.TextColumn(_("Class")),
            "precision": number(
                _("Precision"),
                help=_("The share of images predicted as this class that belong to it."),
                format=share,
            ),
            "recall": number(
                _("Recall"),
                help=_("The share of images of this class that are predicted as it."),
                format=share,
            ),
            "f1": number(_("F1"), help=_("Harmonic mean of precision and recall."), format=share),
            "images": number(_("Images"), help=_("Test images of the class."), format="localized"),
        },
    )


def mistakes(result: Mapping[str, Any], images: NDArray[np.uint8]) -> None:
    """The grid of mistakes, those with the highest loss first, narrowed by class.

    Args:
        result: what the evaluation gave.
        images: (N, 28, 28) test images.
    """
    classes, confusion = result["classes"], result["evaluation"]["confusion"]
    st.header(_("Mistakes"), anchor=False, help=_("Highest loss first: confident, and wrong."))
    true, predicted = _choose_classes(classes)
    cards = mistake_cards(result["mistakes"], classes, true, predicted)
    count = _count(confusion, true, predicted)
    if not count:
        st.info(_no_mistakes(classes, true, predicted), icon=":material/check_circle:")
        return
    shown = cards[: int(st.session_state.get(_SHOWN, _PAGE))]
    st.html(mistakes_html(shown, images, session.colours()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            ngettext(
                "{shown:,} of {n:,} mistake", "{shown:,} of {n:,} mistakes", count, shown=len(shown)
            ),
            width="content",
        )
        if len(shown) < len(cards):
            st.button(_("Show more"), key="more-mistakes", icon=":material/add:", on_click=_more)
        elif len(cards) < count:
            kept = len(result["mistakes"])
            st.caption(
                _("Only the {kept:,} mistakes with the highest loss are shown.", kept=kept),
                width="content",
            )


def _choose_classes(classes: Sequence[str]) -> tuple[int | None, int | None]:
    """Draw the two lists that narrow the mistakes; true and predicted class, None for any."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true = _choose_class(_("True class"), _TRUE, classes)
        predicted = _choose_class(_("Predicted class"), _PREDICTED, classes)
        if true is not None or predicted is not None:
            st.button(
                _("All mistakes"), key="all-mistakes", icon=":material/close:", on_click=_show_all
            )
    return true, predicted


def _choose_class(label: str, key: str, classes: Sequence[str]) -> int | None:
    options: list[int | None] = [None, *range(len(classes))]
    if st.session_state.get(key) not in options:
        st.session_state[key] = None
    chosen: int | None = st.selectbox(
        label,
        options,
        format_func=lambda index: _("any class") if index is None else classes[index],
        key=key,
        on_change=_show_first,
        persist_state="session",
        width=180,
    )
    return chosen


def _count(confusion: Sequence[Sequence[int]], true: int | None, predicted: int | None) -> int:
    return sum(
        count
        for i, row in enumerate(confusion)
        for j, count in enumerate(row)
        if i != j and true in (None, i) and predicted in (None, j)
    )


def _no_mistakes(classes: Sequence[str], true: int | None, predicted: int | None) -> str:
    if true is None and predicted is None:
        text = _("Every test image was recognised.")
    elif true == predicted:
        text = _("{label} mistaken for {label} is no mistake.", label=classes[true or 0])
    elif predicted is None:
        text = _("Every {label} was recognised.", label=classes[true or 0])
    elif true is None:
        text = _("Nothing was mistaken for {label}.", label=classes[predicted])
    else:
        values = {"label": classes[true], "other": classes[predicted]}
        text = _("No {label} was mistaken for {other}.", **values)
    return as_markdown(text)


def _cell_chosen() -> None:
    """A cell of the matrix was clicked: show the mistakes in it; on the diagonal, of its row."""
    points = st.session_state[_CHART].selection.points
    true, predicted = points[0]["customdata"] if points else (None, None)
    st.session_state[_TRUE] = true
    st.session_state[_PREDICTED] = None if true == predicted else predicted
    _show_first()


def _show_all() -> None:
    st.session_state[_TRUE] = st.session_state[_PREDICTED] = None
    _show_first()


def _show_first() -> None:
    st.session_state[_SHOWN] = _PAGE


def _more() -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, _PAGE)) + 2 * _PAGE
