"""A second checkpoint on the same images: where the two differ, and whether that is chance."""

from __future__ import annotations

import streamlit as st

from dashboard import server, session
from dashboard.charts.legend import difference_signs
from dashboard.charts.matrix_difference import difference_figure
from dashboard.charts.matrix_tables import difference_summary, difference_table
from dashboard.panels import downloads
from dashboard.panels.assumptions import why_unusable
from dashboard.panels.checkpoint_choice import Choice
from dashboard.panels.headings import heading
from dashboard.panels.second_checkpoint import choose_second
from dashboard.panels.test_parts.image_grid import image_grid
from dashboard.panels.test_parts.subject import Subject
from dashboard.session import places
from dashboard.words.intervals import accuracy_range, which_is_better
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import as_markdown, exact_percent
from mlcore.insight.comparison import Comparison
from mlcore.insight.comparison import compare as compared

__all__ = ["OTHER", "draw"]

OTHER = "other"
"""The parameter of the address that names the second checkpoint: `RUN`, `RUN/FILE` or `upload`."""


def draw(subject: Subject) -> None:
    """The whole part."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="second"):
        choice = choose_second(
            places.place(OTHER),
            lambda wanted: places.go_to(**{OTHER: wanted}),
            first=subject.choice,
            runs=server.store().list(),
            upload=session.upload(),
            classes=len(subject.classes),
        )
    if choice is None:
        st.info(
            _(
                "There is no second checkpoint yet with as many classes: train another run, or "
                "upload a file on the page Checkpoints."
            ),
            icon=":material/info:",
        )
        return
    if choice.upload is not None and (reason := why_unusable(choice.upload)):
        st.error(as_markdown(reason), icon=":material/error:")
        return
    second = Subject.test(choice, subject.data, subject.root)
    found = compared(subject.answers, second.answers)
    _accuracies(subject, second)
    st.markdown(as_markdown(which_is_better(found, own=_of_one_run(subject.choice, choice))))
    _matrix(subject, second, found)
    _grids(subject, second, found)


def _of_one_run(first: Choice, second: Choice) -> bool:
    return first.run is not None and second.run is not None and first.run.id == second.run.id


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
                help=_(
                    "The share of the same test images that it gets right, and the range that so "
                    "many images leave open."
                ),
            )


def _matrix(first: Subject, second: Subject, found: Comparison) -> None:
    difference = found.difference.tolist()
    file = f"{first.name}-against-{second.name}"
    with heading(_("What the second does differently"), key="difference"):
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
        words=difference_summary(difference, first.classes),
        table=lambda: difference_table(difference, first.classes),
        signs=difference_signs(session.colours()),
    )


def _grids(first: Subject, second: Subject, found: Comparison) -> None:
    """The images that only one gets right; the cards show the answers of the one that errs."""
    grids = (
        (
            "only-first",
            _("Only the first is right"),
            _("The cards show what the second answers."),
            second,
            found.only_first_right,
        ),
        (
            "only-second",
            _("Only the second is right"),
            _("The cards show what the first answers."),
            first,
            found.only_second_right,
        ),
    )
    for column, (key, title, words, errs, indices) in zip(
        st.columns(2, gap="medium"), grids, strict=True
    ):
        with column:
            st.header(title, anchor=False)
            st.caption(words)
            if len(indices):
                image_grid(errs, indices, key=key, title=title, counted=_counted, first=12)


def _counted(shown: int, count: int) -> str:
    return ngettext("{shown:,} of {n:,} image", "{shown:,} of {n:,} images", count, shown=shown)
