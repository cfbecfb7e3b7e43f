"""What is in a checkpoint file, as the `inspect` job found it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.charts.numbers import TENSOR_COLUMN
from dashboard.panels.column_help import column_help
from dashboard.words.choices import choice_name, setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from dashboard.words.wording import as_markdown, figure, listed
from mlcore.config import SETTINGS

__all__ = ["details", "facts"]


def facts(found: Mapping[str, Any]) -> None:
    """The figures of the file, in one row."""
    data = found["data"]
    figures = {
        _("Network"): found["architecture"].replace(f", {found['activation']} (assumed)", ""),
        _("Parameters"): f"{found['parameters']:,}",
        _("Epochs done"): _number(found["epoch"]),
        _("Steps done"): _number(found["step"]),
        _("Loss"): _("not stated") if found["loss"] is None else figure(found["loss"]),
        _("Optimizer"): _optimizer(found["optimizer"]),
        _("Trained on"): _data_words(data) if data else _("not stated"),
    }
    with st.container(horizontal=True, key="upload-facts", gap="medium"):
        for name, value in figures.items():
            st.markdown(f":small[:gray[{name}]]  \n{as_markdown(value)}", width="content")


def details(found: Mapping[str, Any]) -> None:
    """Its tensors, its settings and what wrote it."""
    tensors = found["tensors"]
    with st.expander(_("Tensors ({n})", n=len(tensors)), icon=":material/view_column:"):
        st.dataframe(
            [
                {
                    _("Name"): tensor["name"],
                    _("Shape"): " × ".join(map(str, tensor["shape"])) or _("one number"),
                    _("Type"): tensor["dtype"],
                    _("Smallest"): tensor["min"],
                    _("Largest"): tensor["max"],
                    _("Norm"): tensor["norm"],
                }
                for tensor in tensors
            ],
            hide_index=True,
            key="tensors",
            column_config=column_help(
                {
                    _("Name"): _("As in the state dict."),
                    _("Shape"): _("How many numbers it has along each of its directions."),
                    _("Type"): _("How exactly each number is kept."),
                },
                words=3,
            )
            | {
                name: st.column_config.NumberColumn(help=about, format=TENSOR_COLUMN)
                for name, about in (
                    (_("Smallest"), _("The smallest of its numbers.")),
                    (_("Largest"), _("The largest of its numbers.")),
                    (_("Norm"), _("The square root of the sum of its squares: how large it is.")),
                )
            },
        )
    if found["settings"]:
        with st.expander(_("Settings"), icon=":material/tune:"):
            st.dataframe(
                [
                    {_("Setting"): setting_label(name), _("Value"): setting_text(value)}
                    for name, value in _flat(found["settings"]).items()
                    if name in SETTINGS
                ],
                hide_index=True,
                key="upload-settings",
                column_config=column_help(
                    {
                        _("Setting"): _("What it was trained with."),
                        _("Value"): _("As the file says it."),
                    }
                ),
            )
    if found["versions"]:
        versions = listed(f"{name} {version}" for name, version in found["versions"].items())
        st.caption(as_markdown(_("Written with {versions}.", versions=versions)))


def _optimizer(name: str | None) -> str:
    return choice_name(name) if name else _("not in the file")


def _number(value: int | None) -> str:
    return _("not stated") if value is None else f"{value:,}"


def _data_words(data: Mapping[str, Any]) -> str:
    return _(
        "{title}, mean {mean:g}, std {std:g}",
        title=choice_name(data["name"]),
        mean=data["mean"],
        std=data["std"],
    )


def _flat(nested: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{group}.{name}": tuple(value) if isinstance(value, list) else value
        for group, part in nested.items()
        for name, value in part.items()
    }
