"""A second checkpoint on the same images: where the two differ, and whether that is chance."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import server, session
from dashboard.charts.matrix_difference import difference_figure
from dashboard.panels import downloads
from dashboard.panels.checkpoint_choice import Choice
from dashboard.panels.second_checkpoint import choose_second
from dashboard.panels.test_parts.image_grid import image_grid
from dashboard.panels.test_parts.subject import Subject
from dashboard.server.evaluations import evaluated
from dashboard.session import places
from dashboard.words.intervals import accuracy_range, which_is_better
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown, exact_percent
from mlcore.insight.comparison import Comparison
from mlcore.insight.comparison import compare as compared

__all__ = ["OTHER", "draw"]

OTHER = "other"
"""The parameter of the address that names the second checkpoint, as `RUN` or `RUN/FILE`."""


def draw(subject: Subject) -> None:
    """The whole part."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="second"):
        choice = choose_second(
            places.place(OTHER),
            lambda wanted: places.go_to(**{OTHER: wanted}),
            first=subject.path,
            runs=server.store().list(),
            classes=len(subject.classes),
        )
    if choice is None:
        st.info(
            _("There is no second checkpoint yet with as many classes: train another run."),
            icon=":material/info:",
        )
        return
    second = _tested(subject, choice)
    found = compared(subject.answers, second.answers)
    _accuracies(subject, second)
    st.markdown(as_markdown(which_is_better(found)))
    _matrix(subject, second, found)
    _grids(subject, second, found)


def _tested(subject: Subject, choice: Choice) -> Subject:
    tested = evaluated(choice.path, subject.data, subject.root, {}, untrusted=False)
    return replace(
        subject, path=choice.path, run=choice.run, assumed={}, untrusted=False, tested=tested
    )


def _accuracies(first: Subject, second: Subject) -> None:
    with st.container(horizontal=True, key="accuracies"):
        for label, one in ((_("First"), first), (_("Second"), second)):
            right, total = one.answers.hits, len(one.answers)
            st.metric(
                label,
                exact_percent(right, total),
                accuracy_range(right, total),
                delta_color="off",
                delta_arrow="off",
                border=True,
            )


def _matrix(first: Subject, second: Subject, found: Comparison) -> None:
    difference = found.difference.tolist()
    file = f"{first.name}-against-{second.name}"
    with st.container(horizontal=True, vertical_alignment="center", key="head-difference"):
        st.header(_("What the second does differently"), anchor=False)
        st.space("stretch")
        columns = {
            "true": [name for name in first.classes for _unused in first.classes],
            "predicted": [*first.classes] * len(first.classes),
            "difference": [count for row in difference for count in row],
        }
        downloads.csv_button(columns, key="csv-difference", file=file)
    downloads.chart(
        difference_figure(difference, first.classes, session.colours()),
        key="difference",
        title=_("What the second does differently"),
        file=file,
    )
    st.caption(
        _(
            "Images in each cell, the second's less the first's: blue where the second is better, "
            "orange where it is worse."
        )
    )


def _grids(first: Subject, second: Subject, found: Comparison) -> None:
    """The images that only one gets right; the cards show the answers of the one that errs."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(_("Only the first is right"), anchor=False)
        st.caption(_("The cards show what the second answers."))
        if len(found.only_first_right):
            image_grid(second, found.only_first_right, key="only-first", counted=_counted, first=12)
    with right:
        st.header(_("Only the second is right"), anchor=False)
        st.caption(_("The cards show what the first answers."))
        if len(found.only_second_right):
            image_grid(
                first, found.only_second_right, key="only-second", counted=_counted, first=12
            )


def _counted(shown: int, count: int) -> str:
    return ngettext("{shown:,} of {n:,} image", "{shown:,} of {n:,} images", count, shown=shown)
