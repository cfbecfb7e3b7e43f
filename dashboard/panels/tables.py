"""The tables of a run: its epochs, its model, its settings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.words.choices import setting_text
from dashboard.words.wording import file_size
from mlcore.config import SETTINGS, RunConfig
from mlcore.data import CATALOG
from mlcore.events import EpochDone
from mlcore.summary import summarize

__all__ = ["epochs_table", "model_table", "settings_table"]

_ROWS = 8  # epochs seen at once; the rest scrolls
_ROW_HEIGHT = 35  # pixels


def epochs_table(epochs: Sequence[EpochDone]) -> None:
    """The epochs, the latest first."""
    if not epochs:
        st.caption("The first epoch is not over yet; each will have a line here.")
        return
    recent = list(reversed(epochs))
    number = st.column_config.NumberColumn
    columns: dict[str, list[float | int | None]] = {
        "Epoch": [done.epoch for done in recent],
        "Training loss": [done.train_loss for done in recent],
    }
    if any(done.validation_loss is not None for done in epochs):
        columns["Validation loss"] = [done.validation_loss for done in recent]
        columns["Validation accuracy"] = [
            None if done.validation_accuracy is None else done.validation_accuracy * 100
            for done in recent
        ]
    columns |= {
        "Learning rate": [done.lr for done in recent],
        "Seconds": [done.seconds for done in recent],
        "Images/s": [round(done.images_per_second) for done in recent],
    }
    st.dataframe(
        columns,
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(recent), _ROWS) + 1) + 3,
        row_height=_ROW_HEIGHT,
        column_config={
            "Epoch": number(format="%d", width=60),
            "Training loss": number(format="%.4f"),
            "Validation loss": number(format="%.4f"),
            "Validation accuracy": number(format="%.2f %%"),
            "Learning rate": number(format="%.3g"),
            "Seconds": number(format="%.2f"),
            "Images/s": number(format="localized"),
        },
        key="epochs-table",
    )


def model_table(config: RunConfig) -> None:
    """The layers of the model that these settings build, and what they add up to."""
    family = CATALOG[config.data.name]
    summary = summarize(
        config.model, len(family.classes), log_probabilities=config.train.loss == "nll"
    )
    layers = summary.layers
    st.dataframe(
        {
            "Layer": [layer.name for layer in layers],
            "Kind": [layer.kind.replace("_", " ") for layer in layers],
            "Input": [_shape(layer.shape_in) for layer in layers],
            "Output": [_shape(layer.shape_out) for layer in layers],
            "Parameters": [layer.parameters or None for layer in layers],
        },
        hide_index=True,
        height="content",
        row_height=_ROW_HEIGHT,
        placeholder="–",
        column_config={
            "Input": st.column_config.TextColumn(alignment="right"),
            "Output": st.column_config.TextColumn(alignment="right"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
        },
        key="model-table",
    )
    st.caption(f"{summary.parameters:,} parameters in all, {file_size(summary.bytes)} of memory.")


def settings_table(config: RunConfig) -> None:
    """What differs from the quick start, side by side."""
    ours, theirs = config.flat(), RunConfig().flat()
    changed = [name for name in SETTINGS if ours[name] != theirs[name]]
    if not changed:
        st.caption("All settings are those of the PyTorch quick start.")
        return
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        {
            "Setting": [SETTINGS[name].rule.label for name in changed],
            "This run": [setting_text(ours[name]) for name in changed],
            "Quick start": [setting_text(theirs[name]) for name in changed],
        },
        hide_index=True,
        height="content",
        row_height=_ROW_HEIGHT,
        column_config={"This run": right, "Quick start": right},
        key="settings-table",
    )
    st.caption("All other settings are those of the PyTorch quick start.")


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
