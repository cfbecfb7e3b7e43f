"""The arithmetic of one unit: the terms weight × input, largest first, that give its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.panels.downloads import csv_button
from dashboard.server.insights import Model, ask
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import sentences, signed

__all__ = ["arithmetic"]

_COLUMNS = {
    "what": (N_("Input"), N_("A pixel, or a unit of the layer before.")),
    "input": (N_("Value"), N_("What comes in: the normalised pixel, or the unit's output.")),
    "weight": (N_("Weight"), N_("What training has made of this connection.")),
    "product": (N_("Value × weight"), N_("What it adds to the unit's sum.")),
}


def arithmetic(
    model: Model,
    image: int,
    chosen: tuple[int, int],
    classes: Sequence[str],
    layers: int,
    file: str,
) -> None:
    """A table of the terms, and below it the sum in words.

    Args:
        model: what is looked at.
        image: number of the test image.
        chosen: layer (from 1) and unit (from 0).
        classes: the names of the classes.
        layers: how many there are.
        file: what downloads are called, without their ending.
    """
    layer, unit = chosen
    found = ask("unit", model, image=image, layer=layer, unit=unit).told
    last = layer == layers
    name = _("class {label}", label=classes[unit]) if last else _("unit {unit}", unit=unit)
    st.markdown(f"**fc{layer} · {name}**")
    rows = _rows(found, layer)
    columns = {key: [row[key] for row in rows] for key in _COLUMNS}
    _table(columns)
    with st.container(horizontal=True):
        st.caption(_sum_words(found, last=last), width="stretch")
        csv_button(
            {translated(_COLUMNS[key][0]): column for key, column in columns.items()},
            key="unit-csv",
            file=f"{file}-fc{layer}-{unit}",
        )


def _table(columns: Mapping[str, Sequence[str]]) -> None:
    text = st.column_config.TextColumn
    st.dataframe(
        columns,
        key="unit-terms",
        hide_index=True,
        height="content",
        column_config={
            key: text(
                translated(name),
                help=translated(about),
                alignment="left" if key == "what" else "right",
            )
            for key, (name, about) in _COLUMNS.items()
        },
    )


def _rows(found: Mapping[str, Any], layer: int) -> list[dict[str, str]]:
    rows = [
        {
            "what": _input_name(int(term["index"]), layer),
            **{name: signed(term[name]) for name in ("input", "weight", "product")},
        }
        for term in found["terms"]
    ]
    ends = [(_("bias"), found["bias"]), (_("sum"), found["total"])]
    if found["others"]:
        ends.insert(0, (ngettext("{n:,} more", "{n:,} more", found["others"]), found["rest"]))
    nothing = {"input": "", "weight": ""}
    return rows + [{"what": what, **nothing, "product": signed(value)} for what, value in ends]


def _input_name(index: int, layer: int) -> str:
    if layer > 1:
        return _("fc{layer} unit {unit}", layer=layer - 1, unit=index)
    row, column = divmod(index, 28)
    return _("row {row}, column {column}", row=row, column=column)


def _sum_words(found: Mapping[str, Any], *, last: bool) -> str:
    parts = [_("The sum is {total}.", total=signed(found["shown"]))]
    if found["normed"] is not None:
        parts.append(_("Batch norm makes {value} of it.", value=signed(found["normed"])))
    if last:
        parts.append(_("It is the logit of the class; the softmax makes probabilities of all."))
    else:
        parts.append(_("After the activation it is {value}.", value=signed(found["output"])))
    return sentences(*parts)
