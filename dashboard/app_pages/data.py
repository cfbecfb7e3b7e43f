"""Data: what the images are, how they are spread, what normalisation does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from dashboard import session
from dashboard.charts.class_balance import BalanceInfo, balance_figure, balance_info
from dashboard.charts.pixel_histogram import (
    HistogramInfo,
    histogram_figure,
    histogram_info,
    pixel_counts,
)
from dashboard.charts.pixel_steps import StepsInfo, step_figure, steps_info
from dashboard.charts.samples import samples_html, samples_info
from dashboard.charts.theme import Palette
from dashboard.controls import data_picker
from dashboard.server import data_sets
from dashboard.words.translation import language, translated
from mlcore.config import RunConfig, data_root
from mlcore.data import CATALOG, RawData
from mlcore.data.split import split_order
from mlcore.words import percent

_EACH, _EACH_OF_MANY = 16, 10  # images of a class in a row
_PLOTLY: dict[str, Any] = {"theme": None, "config": {"displayModeBar": False}}


def page() -> None:
    """The whole page."""
    config = session.data_config()
    family = CATALOG[config.data.name]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(family.title, anchor=False)
        st.space("stretch")
        data_picker("data-picker")
    st.caption(f"{family.description} {family.licence}".strip())
    if not data_sets.usable(config.data):
        return
    data = data_sets.images(family.name, data_root(config.data))
    _numbers(config, data)
    _samples(data)
    left, right = st.columns(2, gap="large")
    with left:
        _balance(config, data)
    with right:
        _histogram(config, data)
    _one_image(config, data)


@st.cache_data(max_entries=8, show_spinner=False)
def _counts(_data: RawData, fingerprint: str) -> NDArray[np.int64]:  # noqa: ARG001  cache key
    return pixel_counts(_data.train.images)


@st.cache_data(max_entries=8, show_spinner=False)
def _split(count: int, validation: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return split_order(count, validation, seed)


@st.cache_resource(max_entries=16, show_spinner=False)
def _balance_figure(
    info: BalanceInfo,
    colours: Palette,
    shares: bool,
    language: str,  # noqa: ARG001  cache key
) -> go.Figure:
    return balance_figure(info, colours, shares=shares)


@st.cache_resource(max_entries=16, show_spinner=False)
def _histogram_figure(
    info: HistogramInfo,
    colours: Palette,
    log: bool,
    language: str,  # noqa: ARG001  cache key
) -> go.Figure:
    return histogram_figure(info, colours, log=log)


@st.cache_resource(max_entries=48, show_spinner=False)
def _step_figure(
    info: StepsInfo,
    index: int,
    colours: Palette,
    language: str,  # noqa: ARG001  cache key
) -> go.Figure:
    return step_figure(info, index, colours)


def _numbers(config: RunConfig, data: RawData) -> None:
    train, validation = _parts(config, data)
    with st.container(horizontal=True, key="numbers"):
        st.metric("Train on", f"{len(train):,}")
        st.metric("Validate on", f"{len(validation):,}")
        st.metric("Test on", f"{len(data.test):,}")
        st.metric("Classes", len(data.classes))
        st.metric("Pixels an image", "28 × 28")


def _parts(config: RunConfig, data: RawData) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the images to train and to validate on, exactly as a run splits them."""
    count = min(config.data.train_limit or len(data.train), len(data.train))
    return _split(count, min(config.data.validation, count), config.train.seed)


def _samples(data: RawData) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Samples of each class", anchor=False)
        st.button(
            "Other samples",
            key="other-samples",
            icon=":material/shuffle:",
            on_click=session.draw_again,
            args=("samples",),
        )
    each = _EACH if len(data.classes) <= 12 else _EACH_OF_MANY
    rows = samples_info(data.train.labels, data.classes, each, session.draw_number("samples"))
    st.html(samples_html(rows, data.train.images, each, session.colours()))


def _balance(config: RunConfig, data: RawData) -> None:
    st.subheader("Class balance", anchor=False)
    train, validation = _parts(config, data)
    labels = data.train.labels
    info = balance_info(
        {"Train": labels[train], "Validation": labels[validation], "Test": data.test.labels},
        data.classes,
    )
    shares = st.toggle("As a share of each split", key="balance-shares")
    st.plotly_chart(_balance_figure(info, session.colours(), shares, language()), **_PLOTLY)
    st.caption(
        f"In the training images, the commonest class ({info.commonest}) has {info.ratio:.2f} "
        f"times as many images as the rarest ({info.rarest})."
    )


def _histogram(config: RunConfig, data: RawData) -> None:
    st.subheader("Pixel values", anchor=False)
    counts = _counts(data, data.fingerprint)
    info = histogram_info(counts, config.data.mean, config.data.std)
    log = st.toggle("Logarithmic", value=True, key="histogram-log")
    st.plotly_chart(_histogram_figure(info, session.colours(), log, language()), **_PLOTLY)
    st.caption(
        f"{percent(info.black, 0)} of all pixels are black paper. After normalising with mean "
        f"{config.data.mean:g} and standard deviation {config.data.std:g}, pixels have mean "
        f"{_signed(info.mean)} and standard deviation {info.std:.3f}; with "
        f"{info.raw_mean / 255:.4f} and {info.raw_std / 255:.4f} they would have 0 and 1."
    )


def _signed(number: float) -> str:
    return f"{number:.3f}".replace("-", "−")


def _one_image(config: RunConfig, data: RawData) -> None:
    st.subheader("What ToTensor and Normalize do to one image", anchor=False)
    index = _choose_image(len(data.train))
    label = data.classes[int(data.train.labels[index])]
    info = steps_info(data.train.images[index], config.data.mean, config.data.std)
    for number, column in enumerate(st.columns(3, gap="medium")):
        step = info.steps[number]
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{number + 1}. {translated(step.title)}**  \n:gray[{step.kind}]")
            figure = _step_figure(info, number, session.colours(), language())
            st.plotly_chart(figure, key=f"step-{number}", **_PLOTLY)
            st.caption(step.figures)
            if number:
                st.latex(info.formulas[number - 1])
            else:
                st.markdown(
                    f"A **{label}**. The framed pixel, in row {info.row} and column "
                    f"{info.column}, is followed through the sums."
                )


def _choose_image(count: int) -> int:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get("image-index", 0) >= count:
            st.session_state["image-index"] = 0
        index = st.number_input(
            "Training image", 0, count - 1, key="image-index", width=180, persist_state="session"
        )
        st.button(
            "Another image",
            key="another-image",
            icon=":material/shuffle:",
            on_click=_another,
            args=(count,),
        )
    return int(index)


def _another(count: int) -> None:
    session.draw_again("image")
    rng = np.random.default_rng(session.draw_number("image"))
    st.session_state["image-index"] = int(rng.integers(count))


page()
