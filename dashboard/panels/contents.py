"""What is in a checkpoint file, as the `inspect` job told it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.words.wording import as_markdown
from mlcore.config import SETTINGS
from mlcore.data import CATALOG

__all__ = ["details", "facts"]


def facts(found: Mapping[str, Any]) -> None:
    """The figures of the file, in one row."""
    data = found["data"]
    figures = {
        "Network": found["architecture"].replace(f", {found['activation']} (assumed)", ""),
        "Parameters": f"{found['parameters']:,}",
        "Epochs done": _number(found["epoch"]),
        "Steps done": _number(found["step"]),
        "Loss": "not stated" if found["loss"] is None else f"{found['loss']:.4f}",
        "Optimizer": found["optimizer"] or "not in the file",
        "Trained on": _data_words(data) if data else "not stated",
    }
    with st.container(horizontal=True, key="upload-facts", gap="medium"):
        for name, value in figures.items():
            st.markdown(f":small[:gray[{name}]]  \n{as_markdown(value)}", width="content")


def details(found: Mapping[str, Any]) -> None:
    """Its tensors, its settings and what wrote it."""
    with st.expander(f"Tensors ({len(found['tensors'])})", icon=":material/view_column:"):
        st.dataframe(
            [
                {
                    "Name": tensor["name"],
                    "Shape": " × ".join(map(str, tensor["shape"])) or "one number",
                    "Type": tensor["dtype"],
                    "Smallest": tensor["min"],
                    "Largest": tensor["max"],
                    "Norm": tensor["norm"],
                }
                for tensor in found["tensors"]
            ],
            hide_index=True,
            key="tensors",
            column_config={
                name: st.column_config.NumberColumn(format="%.4g")
                for name in ("Smallest", "Largest", "Norm")
            },
        )
    if found["settings"]:
        with st.expander("Settings", icon=":material/tune:"):
            st.dataframe(
                [
                    {"Setting": SETTINGS[name].rule.label or name, "Value": _plain(value)}
                    for name, value in _flat(found["settings"]).items()
                    if name in SETTINGS
                ],
                hide_index=True,
                key="upload-settings",
            )
    if found["versions"]:
        words = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
        st.caption(as_markdown(f"Written with {words}."))


def _number(value: int | None) -> str:
    return "not stated" if value is None else f"{value:,}"


def _data_words(data: Mapping[str, Any]) -> str:
    family = CATALOG.get(data["name"])
    title = family.title if family else data["name"]
    return f"{title}, mean {data['mean']:g}, std {data['std']:g}"


def _flat(nested: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{group}.{name}": value for group, part in nested.items() for name, value in part.items()
    }


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
