"""Data: what the images are, how they are spread, how normalisation changes them."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import session
from dashboard.charts.class_balance import (
    balance_figure,
    balance_info,
    balance_table,
    balance_words,
)
from dashboard.charts.pixel_histogram import (
    HistogramInfo,
    histogram_figure,
    histogram_info,
    histogram_table,
    pixel_counts,
)
from dashboard.charts.samples import samples_html, samples_info
from dashboard.controls import data_field
from dashboard.panels.data_notice import data_notice
from dashboard.panels.how.pages import on_data_page
from dashboard.panels.one_image import one_image
from dashboard.panels.still_chart import still_chart
from dashboard.server import data_sets
from dashboard.session import first_steps
from dashboard.words.translation import _, translated
from dashboard.words.wording import figure, percent, sentences, signed
from mlcore.config import RunConfig, data_root
from mlcore.data import CATALOG, RawData
from mlcore.data.split import split_order

_EACH, _EACH_OF_MANY = 16, 10  # images of a class in a row


def page() -> None:
    """The whole page."""
    data_notice(session.data_config())
    config = session.data_config()
    family = CATALOG[config.data.name]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(translated(family.title), anchor=False)
        st.space("stretch")
        data_field()
    st.caption(
        sentences(*(translated(text) for text in (family.description, family.licence) if text))
    )
    if not data_sets.usable(config.data):
        return
    data = data_sets.images(family.name, data_root(config.data))
    _numbers(config, data)
    on_data_page(config)
    _samples(data)
    left, right = st.columns(2, gap="large")
    with left:
        _balance(config, data)
    with right:
        _histogram(config, data)
    one_image(config, data)
    first_steps.note("data")


def _numbers(config: RunConfig, data: RawData) -> None:
    train, validation = _split(config, data)
    with st.container(horizontal=True, key="numbers"):
        st.metric(
            _("Train on"),
            f"{len(train):,}",
            help=_(
                "Images that the weights are fitted to: those of the training set, less those held"
                " out."
            ),
        )
        st.metric(
            _("Validate on"),
            f"{len(validation):,}",
            help=_(
                "Images held out of the training set: after each epoch they tell how the model "
                "does on what it does not learn from."
            ),
        )
        st.metric(
            _("Test on"),
            f"{len(data.test):,}",
            help=_("Images that are looked at only at the end, so that nothing is fitted to them."),
        )
        st.metric(
            _("Classes"),
            len(data.classes),
            help=_(
                "Kinds of image to be told apart: the outputs of the network. Guessing is right "
                "once in as many times."
            ),
        )
        st.metric(
            _("Pixels an image"),
            "28 × 28",
            help=_("784 numbers: the inputs of the network."),
        )


def _split(config: RunConfig, data: RawData) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the images to train and to validate on, exactly as a run splits them."""
    count = min(config.data.train_limit or len(data.train), len(data.train))
    return _split_order(count, min(config.data.validation, count), config.train.seed)


@st.cache_data(max_entries=8, show_spinner=False)
def _split_order(
    count: int, validation: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return split_order(count, validation, seed)


def _samples(data: RawData) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(_("Samples of each class"), anchor=False)
        st.button(
            _("Other samples"),
            key="other-samples",
            icon=":material/shuffle:",
            on_click=session.draw_again,
            args=("samples",),
            help=_("Draws other images at random."),
        )
    each = _EACH if len(data.classes) <= 12 else _EACH_OF_MANY
    rows = samples_info(data.train.labels, data.classes, each, session.draw_number("samples"))
    st.html(samples_html(rows, data.train.images, each, session.colours()))


def _balance(config: RunConfig, data: RawData) -> None:
    st.header(_("Class balance"), anchor=False)
    train, validation = _split(config, data)
    labels = data.train.labels
    info = balance_info(
        {
            _("Train"): labels[train],
            _("Validation"): labels[validation],
            _("Test"): data.test.labels,
        },
        data.classes,
    )
    shares = st.toggle(
        _("As a share of each split"),
        key="balance-shares",
        help=_(
            "Shares can be compared though the splits differ in size; a class that is rare in "
            "training is learned less well."
        ),
    )
    still_chart(
        balance_figure,
        info,
        key="balance",
        title=_("Class balance"),
        words=balance_words(info),
        table=lambda: balance_table(info),
        shares=shares,
    )


def _histogram(config: RunConfig, data: RawData) -> None:
    st.header(_("Pixel values"), anchor=False)
    counts = _counts(data, data.fingerprint)
    info = histogram_info(counts, config.data.mean, config.data.std)
    log = st.toggle(
        _("Logarithmic"),
        value=True,
        key="histogram-log",
        help=_("So that rare grey values are seen beside the many black pixels."),
    )
    still_chart(
        histogram_figure,
        info,
        key="histogram",
        title=_("Pixel values"),
        words=_normalised_words(config, info),
        table=lambda: histogram_table(info),
        log=log,
    )


def _normalised_words(config: RunConfig, info: HistogramInfo) -> str:
    return _(
        "{black} of all pixels are black. After normalising with mean {mean:g} and "
        "standard deviation {std:g}, pixels have mean {mean_after} and standard deviation "
        "{std_after}; with {own_mean} and {own_std} they would have 0 and 1.",
        black=percent(info.black, 0),
        mean=config.data.mean,
        std=config.data.std,
        mean_after=signed(info.mean, 3),
        std_after=signed(info.std, 3),
        own_mean=figure(info.raw_mean / 255),
        own_std=figure(info.raw_std / 255),
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _counts(_data: RawData, fingerprint: str) -> NDArray[np.int64]:  # noqa: ARG001  cache key
    return pixel_counts(_data.train.images)


page()
