"""What the model has learned: its first layer, its silent units, its last hidden layer."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.charts.layer_norms import NormsInfo, norms_figure, norms_words
from dashboard.charts.weight_images import Order, unit_images, weights_html
from dashboard.panels.column_help import column_help
from dashboard.panels.downloads import chart, csv_button, picture
from dashboard.panels.headings import choose_one, heading
from dashboard.panels.last_layer import last_layer
from dashboard.panels.test_parts.subject import Subject
from dashboard.server.insights import Found, ask
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import figure, percent

__all__ = ["draw"]

_FIRST = 48  # units of the first layer that are shown at first
_MORE = "weights-all"
_ORDERS: Mapping[Order, str] = {"norm": N_("By norm"), "class": N_("By class")}
_SILENCE = {
    "zero": N_("A unit counts as dead when it gives 0 for every test image."),
    "negative": N_(
        "With {activation} no unit is ever quite silent: one counts as dead when its sum is below "
        "0 for every test image."
    ),
    "saturated": N_(
        "With {activation} a unit counts as dead when it stays within 1 % of an end of its range "
        "for every test image."
    ),
}


def draw(subject: Subject) -> None:
    """The whole part."""
    found = ask("learned", subject.model)
    _first_layer(found, subject.classes, subject.name)
    left, right = st.columns(2, gap="medium")
    with left:
        _dead(found.told, subject.name)
    with right:
        _norms(found.told, subject.name)
    last_layer(subject, found, installed=importlib.util.find_spec("sklearn") is not None)


def _first_layer(found: Found, classes: tuple[str, ...], name: str) -> None:
    title = _("What the first layer looks for")
    with heading(title, key="weights"):
        order = choose_one(_("Order"), _ORDERS, key="weights-order")
    arrays = found.arrays
    shown = unit_images(arrays["units"], arrays["norms"], arrays["classes"], classes, order)
    most = len(shown) if st.session_state.get(_MORE) else _FIRST
    picture(
        weights_html(shown[:most], arrays["weights"], session.colours()),
        key="weights",
        title=title,
        file=f"{name}-weights",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _(
                "{shown:,} of {units:,} units: number, class, norm. The class is the one whose "
                "logit the unit raises most by the product of all later weights.",
                shown=len(shown[:most]),
                units=found.told["units"],
            ),
            width="stretch",
        )
        if most < len(shown):
            st.button(
                _("Show all"),
                key="all-weights",
                icon=":material/add:",
                on_click=_show_all,
                help=_("Also the units with smaller weights."),
            )


def _show_all() -> None:
    st.session_state[_MORE] = True


def _dead(told: Mapping[str, Any], name: str) -> None:
    st.header(_("Dead units"), anchor=False)
    if not told["dead"]:
        st.caption(_("The model has no hidden layer."))
        return
    table: dict[str, Sequence[Any]] = {
        _("Layer"): [layer["name"] for layer in told["dead"]],
        _("Units"): [layer["units"] for layer in told["dead"]],
        _("Dead"): [len(layer["dead"]) for layer in told["dead"]],
        _("Share"): [percent(len(one["dead"]) / one["units"], 1) for one in told["dead"]],
    }
    about = {
        _("Layer"): _("A hidden layer, the first one next to the pixels."),
        _("Units"): _("How many the layer has."),
        _("Dead"): _("Units that say the same to every test image, and so learn nothing more."),
        _("Share"): _("Of the layer's units, dead; many of them mean that the layer is wasted."),
    }
    st.dataframe(
        table,
        key="dead-units",
        hide_index=True,
        height="content",
        column_config=column_help(about),
    )
    csv_button(table, key="dead-units-csv", file=f"{name}-dead-units")
    st.caption(translated(_SILENCE[told["silence"]], activation=told["activation"]))


def _norms(told: Mapping[str, Any], name: str) -> None:
    st.header(_("Norms"), anchor=False)
    layers = told["layers"]
    info = NormsInfo(
        names=tuple(layer["name"] for layer in layers),
        weights=tuple(layer["weight"] for layer in layers),
        gradients=tuple(layer["gradient"] for layer in layers),
    )
    chart(
        norms_figure(info, session.colours()),
        key="layer-norms",
        title=_("Norms"),
        file=f"{name}-norms",
        words=norms_words(info),
        table=None,  # it stands below
    )
    table: dict[str, Sequence[Any]] = {
        _("Layer"): info.names,
        _("Weights"): [figure(value) for value in info.weights],
        _("Gradient"): [figure(value) for value in info.gradients],
    }
    about = {
        _("Layer"): _("The first one is next to the pixels."),
        _("Weights"): _("How large the weights of the layer are together."),
        _("Gradient"): _(
            "How strongly the loss pulls at the layer; near 0 in the first layers, they do not "
            "learn."
        ),
    }
    st.dataframe(
        table,
        key="layer-norms-table",
        hide_index=True,
        height="content",
        column_config=column_help(about),
    )
    csv_button(
        {
            _("Layer"): info.names,
            _("Weights"): info.weights,
            _("Gradient"): info.gradients,
        },
        key="layer-norms-csv",
        file=f"{name}-norms",
    )
    st.caption(
        ngettext(
            "Frobenius norms of the weight matrices, biases left out. The gradient is that of the "
            "mean loss of the first {n:,} training image.",
            "Frobenius norms of the weight matrices, biases left out. The gradient is that of the "
            "mean loss of the first {n:,} training images.",
            told["batch"],
        )
    )
