"""The way of one image through the network, and the arithmetic of the unit that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.legend import flow_signs
from dashboard.charts.network_path import path_figure, path_info
from dashboard.charts.path_table import path_table, path_words
from dashboard.controls.numbers import NumberField, forget
from dashboard.gaps.widgets import show
from dashboard.panels.downloads import chart
from dashboard.panels.unit_arithmetic import arithmetic
from dashboard.server.insights import Found, Model
from dashboard.session import places
from dashboard.words.translation import N_, _
from dashboard.words.wording import sentences
from mlcore.rules import Rule

__all__ = ["network_path"]

_CHART, _UNIT = "network-path", "unit"
_FIELD = "network-unit"


def network_path(model: Model, image: int, found: Found, classes: Sequence[str], file: str) -> None:
    """Bars of every layer beside the sum of one unit, chosen by a click on a bar or by fields.

    Args:
        model: what is looked at.
        image: number of the test image.
        found: what the job "image" gave.
        classes: their names.
        file: what downloads are called, without their ending.
    """
    names = found.told["layers"]
    widths = [len(found.arrays[f"{name}.outputs"]) for name in names]
    layer, unit = _chosen(widths, int(found.told["predicted"]))
    st.header(_("The way through the network"), anchor=False)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        info = path_info(names, found.arrays, found.told["probabilities"], classes, (layer, unit))
        chart(
            path_figure(info, session.colours()),
            key=_CHART,
            title=_("The way through the network"),
            file=f"{file}-path",
            words=sentences(
                _("The image's 784 pixels go into fc1. Click a bar to see the sum that gives it."),
                path_words(info),
            ),
            table=lambda: path_table(info),
            signs=flow_signs(session.colours()),
            on_select=_clicked,
            selection_mode="points",
        )
    with right:
        layer, unit = _choose(widths, layer, unit)
        arithmetic(model, image, (layer, unit), classes, len(names), file)


def _chosen(widths: Sequence[int], predicted: int) -> tuple[int, int]:
    """Layer and unit of the address; the logit of the answer where it names none that is there."""
    first, _dot, second = (places.place(_UNIT) or "").partition(".")
    if first.isascii() and first.isdigit() and second.isascii() and second.isdigit():
        layer, unit = int(first), int(second)
        if 1 <= layer <= len(widths) and unit < widths[layer - 1]:
            return layer, unit
    return len(widths), predicted


def _choose(widths: Sequence[int], layer: int, unit: int) -> tuple[int, int]:
    """A list of the layers and a field for the unit, for those who do not click."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="unit-choice"):
        widget = show("network-layer", layer, lambda number: _go_to(number, 0))
        layers = list(range(1, len(widths) + 1))
        st.selectbox(
            _("Layer"),
            layers,
            index=layers.index(widget.value) if widget.value in layers else 0,
            format_func=lambda number: f"fc{number}",
            key=widget.key,
            width=120,
            help=_("fc1 sees the pixels, the last layer gives a number for each class."),
        )
        rule = Rule(N_("which unit"), label=N_("Unit"), low=0, high=widths[layer - 1] - 1)
        field = NumberField(_FIELD, _("Unit"), unit, rule)
        typed = field.draw(
            lambda number: _go_to(layer, number),
            width=120,
            help=_("Which unit of the layer; its sum is opened beside the bars."),
        )
    return layer, unit if typed is None else typed


def _go_to(layer: int, unit: int) -> None:
    forget(_FIELD)
    places.go_to(unit=f"{layer}.{unit}")


def _clicked() -> None:
    points = st.session_state[_CHART].selection.points
    if points and points[0].get("customdata"):
        layer, unit = points[0]["customdata"]
        _go_to(int(layer), int(unit))
