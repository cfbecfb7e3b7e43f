"""What the model gets wrong: the confusion matrix, and beside it images in several orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.gaps.widgets import show
from dashboard.panels.headings import heading
from dashboard.panels.test_parts.chosen_cell import ChosenCell, choose_cell, chosen_cell
from dashboard.panels.test_parts.image_grid import image_grid
from dashboard.panels.test_parts.matrix import matrix
from dashboard.panels.test_parts.subject import Subject
from dashboard.session import places
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import as_markdown
from mlcore.insight.answers import Ints
from mlcore.insight.ranking import RANKINGS, Ranking

__all__ = ["ORDER", "draw"]

ORDER = "order"
"""The parameter of the address that names the order of the images."""

_FIRST = 12  # images beside the matrix, about as tall as it is
_ANY = -1  # among the numbers of classes: a list with None in it could be emptied
_ORDERS: Mapping[Ranking, tuple[str, str]] = {
    "mistakes": (
        N_("Most confident mistakes"),
        N_("Wrong, and surest of it first."),
    ),
    "loss": (N_("Largest loss"), N_("Least probability for the true class first, right or wrong.")),
    "margin": (
        N_("Closest calls"),
        N_("Smallest gap between the two likeliest classes first, right or wrong."),
    ),
    "entropy": (
        N_("Least sure"),
        N_("Most evenly spread over the classes first: highest entropy, right or wrong."),
    ),
    "label": (
        N_("Suspected wrong labels"),
        N_(
            "The model is as sure of another class as it usually is where it is right, and the "
            "label may be the mistake (confident learning); then its other mistakes."
        ),
    ),
}


def draw(subject: Subject) -> None:
    """The whole part."""
    left, right = st.columns([11, 9], gap="medium")
    with left, st.container(key="matrix-part"):  # stays in sight: dashboard/assets/style.css
        matrix(subject)
    with right:
        _images(subject)


def _images(subject: Subject) -> None:
    """The grid of images in the chosen order, narrowed by class."""
    classes = subject.classes
    with heading(_("Images"), key="mistakes"):
        pass  # on a line as high as that of the matrix
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = _choose_order()
        cell = _choose_classes(classes)
    st.caption(translated(_ORDERS[order][1]))
    indices = _narrowed(subject, subject.tested.order(order), cell)
    if not len(indices):
        text = _no_mistakes(classes, cell) if order == "mistakes" else _("There is no such image.")
        st.info(as_markdown(text), icon=":material/check_circle:")
        return
    image_grid(
        subject,
        indices,
        key="mistakes",
        title=translated(_ORDERS[order][0]),
        counted=_mistakes if order == "mistakes" else _counted,
        first=_FIRST,
    )


def _narrowed(subject: Subject, indices: Ints, cell: ChosenCell) -> Ints:
    kept = np.ones(len(indices), bool)
    if cell.true is not None:
        kept &= subject.answers.labels[indices] == cell.true
    if cell.predicted is not None:
        kept &= subject.answers.predicted[indices] == cell.predicted
    return indices[kept]


def _choose_order() -> Ranking:
    held = places.place(ORDER)
    chosen = next((order for order in RANKINGS if order == held), RANKINGS[0])
    widget = show("mistakes-order", chosen, lambda order: places.go_to(**{ORDER: order}))
    st.selectbox(
        _("Order"),
        RANKINGS,
        index=RANKINGS.index(chosen),
        format_func=lambda order: translated(_ORDERS[order][0]),
        key=widget.key,
        width=360 if session.projector() else 240,
        help=_(
            "Which images come first: those that say most about where the model errs, or where the"
            " label does."
        ),
    )
    return chosen


def _choose_classes(classes: Sequence[str]) -> ChosenCell:
    """Draw the two lists that narrow the images to a true and a predicted class."""
    cell = chosen_cell(len(classes))
    _choose_class(
        _("True class"),
        "mistakes-true",
        classes,
        cell.true,
        lambda true: choose_cell(true, chosen_cell(len(classes)).predicted),
        _("Only images that are of this class."),
    )
    _choose_class(
        _("Predicted class"),
        "mistakes-predicted",
        classes,
        cell.predicted,
        lambda predicted: choose_cell(chosen_cell(len(classes)).true, predicted),
        _("Only images that the model takes for this class."),
    )
    if cell != (None, None):
        st.button(
            _("All classes"),
            key="all-mistakes",
            icon=":material/close:",
            on_click=choose_cell,
            args=(None, None),
            help=_("Shows the images of all classes again."),
        )
    return cell


def _choose_class(
    label: str,
    key: str,
    classes: Sequence[str],
    chosen: int | None,
    take: Callable[[int | None], None],
    help: str,
) -> None:
    st.selectbox(
        label,
        [_ANY, *range(len(classes))],
        index=0 if chosen is None else chosen + 1,
        format_func=lambda index: _("any class") if index == _ANY else classes[index],
        help=help,
        key=show(
            key,
            _ANY if chosen is None else chosen,
            lambda number: take(None if number == _ANY else number),
        ).key,
        width=160,
    )


def _mistakes(shown: int, count: int) -> str:
    return ngettext("{shown:,} of {n:,} mistake", "{shown:,} of {n:,} mistakes", count, shown=shown)


def _counted(shown: int, count: int) -> str:
    return ngettext("{shown:,} of {n:,} image", "{shown:,} of {n:,} images", count, shown=shown)


def _no_mistakes(classes: Sequence[str], cell: ChosenCell) -> str:
    true, predicted = cell
    if true is None and predicted is None:
        return _("Every test image was recognised.")
    if true == predicted:
        return _("{label} mistaken for {label} is no mistake.", label=classes[true or 0])
    if predicted is None:
        return _("Every {label} was recognised.", label=classes[true or 0])
    if true is None:
        return _("Nothing was mistaken for {label}.", label=classes[predicted])
    return _("No {label} was mistaken for {other}.", label=classes[true], other=classes[predicted])
