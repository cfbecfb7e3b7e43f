"""The last hidden layer in two dimensions: principal components at once, t-SNE on demand."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import session
from dashboard.charts.legend import point_signs, sign_list
from dashboard.charts.network_tables import points_table
from dashboard.components.cloud import cloud, letters_in_words
from dashboard.components.figure_files import picture_files
from dashboard.panels.chart_table import chart_table
from dashboard.panels.headings import heading
from dashboard.panels.test_parts.subject import Subject
from dashboard.server import data_sets
from dashboard.server.insights import Found, begin
from dashboard.session import places
from dashboard.words.translation import _, sentence
from dashboard.words.wording import as_markdown, percent, sentences
from mlcore.errors import MlcoreError
from mlcore.jobs import Job

__all__ = ["JOB", "last_layer"]

_CLOUD = "last-layer"
# Of the session, each with what it is of: the job, the points it gave, why it failed.
JOB, _MADE, _FAILED = "tsne-job", "tsne-made", "tsne-failed"
_LOOK = 0.5  # seconds between two looks at a job


def last_layer(subject: Subject, found: Found, *, installed: bool) -> None:
    """The scatter, and the button for t-SNE.

    Args:
        subject: what is tested.
        found: what the job "learned" gave.
        installed: scikit-learn is there.
    """
    with heading(_("The last hidden layer in the plane"), key="last-layer"):
        made = _made(subject)
        if made is None:
            st.button(
                _("Make a t-SNE"),
                key="make-tsne",
                icon=":material/scatter_plot:",
                disabled=not installed or _running(subject) is not None,
                help=_(
                    "Lays images that the last hidden layer takes for alike side by side; it "
                    "takes some seconds, and distances between groups mean nothing."
                )
                if installed
                else _not_installed(),
                on_click=_start,
                args=(subject,),
            )
        else:
            st.button(
                _("Back to the principal components"),
                key="drop-tsne",
                on_click=_drop,
                help=_(
                    "The two directions in which the points differ most: a plain projection, "
                    "always the same."
                ),
            )
    if not installed:
        st.caption(_not_installed())
    if _running(subject) is not None:
        _progress()
    mark, error = st.session_state.get(_FAILED, (None, None))
    if mark == _mark(subject):
        st.error(as_markdown(sentence(error)), icon=":material/error:")
    xy = found.arrays["xy"] if made is None else made
    _scatter(subject, found, xy, tsne=made is not None)


def _scatter(subject: Subject, found: Found, xy: NDArray[np.float32], *, tsne: bool) -> None:
    labels, predicted = found.arrays["labels"], found.arrays["predicted"]
    count, wrong = len(labels), int((labels != predicted).sum())
    images = data_sets.images(subject.data, subject.root).test.images[:count]
    values = {"count": count, "wrong": wrong}
    if tsne:
        text = _(
            "t-SNE of the first {count:,} test images; the {wrong:,} mistakes are ringed.", **values
        )
    else:
        first, second = found.told["explained"]
        text = _(
            "Principal components of the first {count:,} test images; the two axes hold {first} "
            "and {second} of the variance. The {wrong:,} mistakes are ringed.",
            first=percent(first, 1),
            second=percent(second, 1),
            **values,
        )
    with st.container(key=f"chart-{_CLOUD}", gap="xxsmall"):
        cloud(
            xy,
            labels,
            predicted,
            images,
            subject.classes,
            session.colours(),
            key=_CLOUD,
            summary=text,
            on_opened=_open,
        )
        st.html(sign_list(point_signs()))
        kind = "tsne" if tsne else "components"
        picture_files(
            f"chart-{_CLOUD}",
            ".cloud",
            _("The last hidden layer in the plane"),
            f"{subject.name}-{kind}",
        )
    parts = (text, letters_in_words(subject.classes), _("Click a point to open its image."))
    chart_table(
        sentences(*parts),
        lambda: points_table(xy, labels, predicted, subject.classes),
        key=_CLOUD,
        title=_("The last hidden layer in the plane"),
    )


def _open() -> None:
    state: Any = st.session_state.get(_CLOUD)
    if state is not None and state.opened is not None:
        places.go_to(part="image", image=str(int(state.opened)))


def _not_installed() -> str:
    return _("t-SNE needs scikit-learn: install it with `pip install scikit-learn`.")


def _mark(subject: Subject) -> str:
    return repr(subject.model)


def _made(subject: Subject) -> NDArray[np.float32] | None:
    mark, points = st.session_state.get(_MADE, (None, None))
    return points if mark == _mark(subject) else None


def _running(subject: Subject) -> Job | None:
    mark, job = st.session_state.get(JOB, (None, None))
    return job if mark == _mark(subject) else None


def _start(subject: Subject) -> None:
    st.session_state.pop(_FAILED, None)
    st.session_state[JOB] = (_mark(subject), begin("tsne", subject.model))


def _drop() -> None:
    st.session_state.pop(_MADE, None)


@st.fragment(run_every=_LOOK)
def _progress() -> None:
    """How far the job is; once it has ended, the page is drawn with what it found."""
    if JOB not in st.session_state:
        return
    mark, job = st.session_state[JOB]
    try:
        told = job.poll()
        if told is None:
            now = job.progress() or {"done": 0, "total": 1}
            share = min(1.0, now["done"] / max(1, now["total"]))
            st.progress(share, text=_("t-SNE: {share} done", share=percent(share, 0)))
            return
        st.session_state[_MADE] = (mark, job.take_arrays(told["file"])["xy"])
    except MlcoreError as error:
        st.session_state[_FAILED] = (mark, error)
    del st.session_state[JOB]
    st.rerun()
