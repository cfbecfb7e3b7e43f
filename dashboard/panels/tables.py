"""The tables of a run: its epochs, its model, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import session
from dashboard.charts.numbers import (
    COUNT_COLUMN,
    FIGURE_COLUMN,
    PERCENT_COLUMN,
    RATE_COLUMN,
    SECONDS_COLUMN,
)
from dashboard.charts.projector import TYPE
from dashboard.words.choices import layer_name, setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _, translated
from dashboard.words.wording import figure, file_size
from mlcore.config import SETTINGS, RunConfig
from mlcore.data import CATALOG
from mlcore.events import EpochDone
from mlcore.presets import PAGE_PRESET, PRESETS, preset_of
from mlcore.runs import ENDED, State
from mlcore.summary import summarize

__all__ = ["epochs_table", "model_table", "settings_table"]

_ROWS = 8  # epochs seen at once; the rest scrolls
_LIVE_ROWS = 250  # epochs of a run that trains; each refresh sends them
_ROW_HEIGHT = 35  # pixels


def epochs_table(epochs: Sequence[EpochDone], state: State) -> None:
    """The epochs, the latest first; before there is one, a sentence that fits the run's state."""
    if not epochs:
        st.caption(_no_epoch_yet(state))
        return
    recent = list(reversed(epochs if state in ENDED else epochs[-_LIVE_ROWS:]))
    columns: dict[str, Sequence[float | int | str | None]] = {
        "epoch": [done.epoch for done in recent],
        "train_loss": _losses([done.train_loss for done in recent]),
    }
    if any(done.validation_loss is not None for done in recent):
        columns["validation_loss"] = _losses([done.validation_loss for done in recent])
        columns["validation_accuracy"] = [
            None if done.validation_accuracy is None else done.validation_accuracy * 100
            for done in recent
        ]
    columns |= {
        "lr": [done.lr for done in recent],
        "seconds": [done.seconds for done in recent],
        "pace": [round(done.images_per_second) for done in recent],
    }
    number = st.column_config.NumberColumn
    st.dataframe(
        columns,
        hide_index=True,
        height=_row_height() * (min(len(recent), _ROWS) + 1) + 3,
        row_height=_row_height(),
        column_config={
            "epoch": number(
                _("Epoch"),
                help=_("A pass over all training images."),
                format=COUNT_COLUMN,
                width=60,
            ),
            "train_loss": _loss_column(
                _("Training loss"),
                _("The mean over the epoch's steps, while the model still improved."),
                columns["train_loss"],
            ),
            "validation_loss": _loss_column(
                _("Validation loss"),
                _("On images held out, with the model as it was at the epoch's end."),
                columns.get("validation_loss", ()),
            ),
            "validation_accuracy": number(
                _("Validation accuracy"),
                help=_("The share of the held-out images that it got right."),
                format=PERCENT_COLUMN,
            ),
            "lr": number(
                _("Learning rate"),
                help=_(
                    "How far a step moved the weights, at the epoch's end; a schedule moves it."
                ),
                format=RATE_COLUMN,
            ),
            "seconds": number(
                _("Seconds"), help=_("How long the epoch took."), format=SECONDS_COLUMN
            ),
            "pace": number(
                _("Images/s"), help=_("Training images per second."), format=COUNT_COLUMN
            ),
        },
        key="epochs-table",
    )
    if len(recent) < len(epochs):
        text = _(
            "The latest {shown} of {all:,} epochs; all of them are here when the run has ended.",
            shown=len(recent),
            all=len(epochs),
        )
        st.caption(text)


def _row_height() -> int:
    """In pixels; type on a projector is larger."""
    return round(_ROW_HEIGHT * (TYPE if session.projector() else 1))


def _no_epoch_yet(state: State) -> str:
    if state == "queued":
        return _("The run has not started yet; each of its epochs will have a line here.")
    if state in ENDED:
        return _("The run ended before its first epoch was over.")
    return _("The first epoch is not over yet; each will have a line here.")


def _losses(losses: Sequence[float | None]) -> Sequence[float | str | None]:
    """Numbers, which can be sorted; as the page writes them where digits could not be read."""
    if all(loss is None or 0.00005 <= abs(loss) < 1e5 or not loss for loss in losses):
        return losses
    return [figure(loss) for loss in losses]


def _loss_column(label: str, help: str, losses: Sequence[object]) -> Any:
    if any(isinstance(loss, str) for loss in losses):
        return st.column_config.TextColumn(label, help=help, alignment="right")
    return st.column_config.NumberColumn(label, help=help, format=FIGURE_COLUMN)


def model_table(config: RunConfig) -> None:
    """The layers of the model that these settings build, and what they add up to."""
    family = CATALOG[config.data.name]
    summary = summarize(
        config.model,
        len(family.classes),
        log_probabilities=config.train.loss == "nll",
        dtype=config.train.dtype,
    )
    layers, text = summary.layers, st.column_config.TextColumn
    st.dataframe(
        {
            "name": [layer.name for layer in layers],
            "kind": [layer_name(layer.kind) for layer in layers],
            "input": [_shape(layer.shape_in) for layer in layers],
            "output": [_shape(layer.shape_out) for layer in layers],
            "parameters": [layer.parameters or None for layer in layers],
        },
        hide_index=True,
        height="content",
        row_height=_row_height(),
        placeholder="–",
        column_config={
            "name": text(
                _("Layer"), help=_("Its name in the state dict; none where it learns nothing.")
            ),
            "kind": text(_("Kind"), help=_("What it does with what comes in.")),
            "input": text(
                _("Input"), help=_("Numbers of one image that come in."), alignment="right"
            ),
            "output": text(
                _("Output"), help=_("Numbers of one image that go out."), alignment="right"
            ),
            "parameters": st.column_config.NumberColumn(
                _("Parameters"),
                help=_("Weights and biases that training moves."),
                format=COUNT_COLUMN,
            ),
        },
        key="model-table",
    )
    st.caption(
        _(
            "{parameters:,} parameters in all, {memory} of memory.",
            parameters=summary.parameters,
            memory=file_size(summary.bytes),
        )
    )


def settings_table(config: RunConfig) -> None:
    """What differs from the preset that the page starts with, side by side."""
    ours, theirs = config.flat(), PRESETS[PAGE_PRESET].flat()
    changed = [name for name in SETTINGS if ours[name] != theirs[name]]
    if preset := preset_of(config):
        st.caption(_("All settings are those of the preset “{preset}”.", preset=translated(preset)))
    if not changed:
        return
    first = translated(PAGE_PRESET)
    text = st.column_config.TextColumn
    st.dataframe(
        {
            "setting": [setting_label(name) for name in changed],
            "ours": [setting_text(ours[name]) for name in changed],
            "theirs": [setting_text(theirs[name]) for name in changed],
        },
        hide_index=True,
        height="content",
        row_height=_row_height(),
        column_config={
            "setting": text(_("Setting"), help=_("Only those that are not alike.")),
            "ours": text(_("This run"), help=_("With which it trains now."), alignment="right"),
            "theirs": text(
                first, help=_("The preset that the page starts with."), alignment="right"
            ),
        },
        key="settings-table",
    )
    if not preset:
        st.caption(_("All other settings are those of the preset “{preset}”.", preset=first))


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
