"""How good a model is on the test images: figures, confusion matrix, table, mistakes."""

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
from dashboard.charts.per_class import per_class_info, per_class_table
from dashboard.words.wording import as_markdown, counted, exact_percent

__all__ = ["classes_table", "figures", "matrix", "mistakes"]

_CHART, _UNIT, _SHOWN = "confusion", "confusion-unit", "mistakes-shown"
_TRUE, _PREDICTED = "mistakes-true", "mistakes-predicted"
_PAGE = 24  # mistakes shown at a time
_UNITS: Mapping[Unit, str] = {"counts": "Counts", "percent": "% of row"}


def figures(evaluation: Mapping[str, Any]) -> None:
    """Accuracy, loss and mistakes in large figures."""
    confusion, total = evaluation["confusion"], int(evaluation["images"])
    right = sum(row[index] for index, row in enumerate(confusion))
    metrics = (
        ("Test accuracy", exact_percent(right, total), f"{right:,} of {total:,}"),
        ("Test loss", f"{evaluation['loss']:.4f}", "per image"),
        ("Mistakes", f"{total - right:,}", exact_percent(total - right, total) + " of all"),
    )
    with st.container(horizontal=True, key="figures", gap="small"):
        for label, value, note in metrics:
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)


def matrix(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> None:
    """The confusion matrix; a click on a cell narrows the mistakes below to it."""
    with st.container(horizontal=True, vertical_alignment="center", key="head-matrix"):
        st.subheader("Confusion matrix", anchor=False)
        st.space("stretch")
        unit = st.segmented_control(
            "Unit",
            list(_UNITS),
            format_func=lambda name: _UNITS[name],
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
        on_select=_take_cell,
        selection_mode="points",
    )
    pairs = [cell_words(cell, classes) for cell in frequent_mistakes(info, 3)]
    if pairs:
        st.caption(as_markdown(f"Most often: {'; '.join(pairs)}.") + " Click a cell to see them.")


def classes_table(per_class: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> None:
    """Precision, recall and F1 of each class; a click on a heading sorts."""
    with st.container(horizontal=True, vertical_alignment="center", key="head-classes"):
        st.subheader("Each class", anchor=False)
    helps = {
        "Precision": "Of the images called so, the share that is.",
        "Recall": "Of the images that are, the share called so.",
        "F1": "Harmonic mean of precision and recall.",
    }
    st.dataframe(
        per_class_table(per_class_info(per_class, classes)),
        key="per-class",
        hide_index=True,
        height="content" if len(classes) <= 12 else 520,
        column_config={
            "Class": st.column_config.TextColumn(),
            **{
                name: st.column_config.NumberColumn(help=text, format="%.2f %%")
                for name, text in helps.items()
            },
            "Images": st.column_config.NumberColumn(
                help="Test images of the class.", format="localized"
            ),
        },
    )


def mistakes(result: Mapping[str, Any], images: NDArray[np.uint8]) -> None:
    """The grid of mistakes, the surest first, narrowed by class.

    Args:
        result: what the evaluation gave.
        images: (N, 28, 28) test images.
    """
    classes, confusion = result["classes"], result["evaluation"]["confusion"]
    st.subheader("Mistakes", anchor=False, help="The costliest first: sure, and wrong.")
    true, predicted = _pick_classes(classes)
    cards = mistake_cards(result["mistakes"], classes, true, predicted)
    made = _made(confusion, true, predicted)
    if not made:
        st.info(_none(classes, true, predicted), icon=":material/check_circle:")
        return
    shown = cards[: int(st.session_state.get(_SHOWN, _PAGE))]
    st.html(mistakes_html(shown, images, session.colours()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(shown):,} of {counted(made, 'mistake')}", width="content")
        if len(shown) < len(cards):
            st.button("Show more", key="more-mistakes", icon=":material/add:", on_click=_more)
        elif len(cards) < made:
            st.caption(
                f"Only the {len(result['mistakes']):,} costliest of the model's mistakes are kept "
                "to look at.",
                width="content",
            )


def _pick_classes(classes: Sequence[str]) -> tuple[int | None, int | None]:
    options: list[int | None] = [None, *range(len(classes))]
    chosen = []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label in ((_TRUE, "It is"), (_PREDICTED, "Taken for")):
            if st.session_state.get(key) not in options:
                st.session_state[key] = None
            choice = st.selectbox(
                label,
                options,
                format_func=lambda index: "any class" if index is None else classes[index],
                key=key,
                on_change=_from_the_start,
                persist_state="session",
                width=180,
            )
            chosen.append(choice)
        if any(choice is not None for choice in chosen):
            st.button("All mistakes", key="all-mistakes", icon=":material/close:", on_click=_all)
    return chosen[0], chosen[1]


def _made(confusion: Sequence[Sequence[int]], true: int | None, predicted: int | None) -> int:
    return sum(
        count
        for i, row in enumerate(confusion)
        for j, count in enumerate(row)
        if i != j and true in (None, i) and predicted in (None, j)
    )


def _none(classes: Sequence[str], true: int | None, predicted: int | None) -> str:
    if true is None and predicted is None:
        return "Every test image was recognised."
    if true is not None and true == predicted:
        return as_markdown(f"{classes[true]} taken for {classes[true]} is no mistake.")
    was = classes[true] if true is not None else "Nothing"
    if predicted is None:
        return as_markdown(f"Every {was} was recognised.")
    return as_markdown(
        f"{'No ' + was if true is not None else was} was taken for {classes[predicted]}."
    )


def _take_cell() -> None:
    """A cell of the matrix was clicked: show the mistakes in it; on the diagonal, of its row."""
    points = st.session_state[_CHART].selection.points
    true, predicted = points[0]["customdata"] if points else (None, None)
    st.session_state[_TRUE] = true
    st.session_state[_PREDICTED] = None if true == predicted else predicted
    _from_the_start()


def _all() -> None:
    st.session_state[_TRUE] = st.session_state[_PREDICTED] = None
    _from_the_start()


def _from_the_start() -> None:
    st.session_state[_SHOWN] = _PAGE


def _more() -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, _PAGE)) + 2 * _PAGE
