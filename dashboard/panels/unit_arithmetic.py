"""The arithmetic of one unit: the terms weight × input, largest first, that give its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.server.insights import Model, ask
from dashboard.words.translation import _, ngettext

__all__ = ["arithmetic"]


def arithmetic(
    model: Model, image: int, layer: int, unit: int, classes: Sequence[str], layers: int
) -> None:
    """A table of the terms, and below it the sum in words."""
    found = ask("unit", model, image=image, layer=layer, unit=unit).told
    last = layer == layers
    name = _("class {label}", label=classes[unit]) if last else _("unit {unit}", unit=unit)
    st.markdown(f"**fc{layer} · {name}**")
    rows = _rows(found, layer)
    number = st.column_config.NumberColumn
    st.dataframe(
        {key: [row[key] for row in rows] for key in ("what", "input", "weight", "product")},
        key="unit-terms",
        hide_index=True,
        height="content",
        column_config={
            "what": st.column_config.TextColumn(_("Input")),
            "input": number(_("Value"), format="%.4f"),
            "weight": number(_("Weight"), format="%.4f"),
            "product": number(_("Value × weight"), format="%.4f"),
        },
    )
    st.caption(_sum_words(found, last=last))


def _rows(found: Mapping[str, Any], layer: int) -> list[dict[str, Any]]:
    rows = [
        {
            "what": _input_name(int(term["index"]), layer),
            "input": term["input"],
            "weight": term["weight"],
            "product": term["product"],
        }
        for term in found["terms"]
    ]
    nothing = {"input": None, "weight": None}
    if found["others"]:
        rest = ngettext("{n:,} more", "{n:,} more", found["others"])
        rows.append({"what": rest, **nothing, "product": found["rest"]})
    rows.append({"what": _("bias"), **nothing, "product": found["bias"]})
    rows.append({"what": _("sum"), **nothing, "product": found["total"]})
    return rows


def _input_name(index: int, layer: int) -> str:
    if layer > 1:
        return _("fc{layer} unit {unit}", layer=layer - 1, unit=index)
    row, column = divmod(index, 28)
    return _("row {row}, column {column}", row=row, column=column)


def _sum_words(found: Mapping[str, Any], *, last: bool) -> str:
    text = _("The sum is {total}.", total=f"{found['shown']:.4f}")
    if found["normed"] is not None:
        text += " " + _("Batch norm makes {value} of it.", value=f"{found['normed']:.4f}")
    if last:
        return (
            text + " " + _("It is the logit of the class; the softmax makes probabilities of all.")
        )
    return text + " " + _("After the activation it is {value}.", value=f"{found['output']:.4f}")
