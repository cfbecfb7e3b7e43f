"""The sidebar as a whole: preset, the four first settings, groups that open."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import session
from dashboard.controls import devices, fields
from dashboard.controls.folds import fold
from dashboard.controls.language import language_choice
from dashboard.controls.projector import projector_switch
from dashboard.controls.rate_finder import find_button
from dashboard.controls.trackers import trackers_field
from dashboard.gaps.widgets import show
from dashboard.settings import form
from dashboard.words.translation import N_, _, translated
from mlcore.config import SETTINGS, RunConfig
from mlcore.data import CATALOG
from mlcore.presets import PAGE_PRESET, PRESETS, preset_of

__all__ = ["sidebar"]

_CUSTOM = N_("Custom")
_FIRST = ("train.epochs", "optim.lr", "optim.name")
_GROUPS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "data": (
        N_("Data"),
        ":material/database:",
        (
            "data.name",
            "data.batch_size",
            "data.validation",
            "data.train_limit",
            "data.mean",
            "data.std",
            "data.drop_last",
            "data.store",
        ),
    ),
    "model": (
        N_("Model"),
        ":material/hub:",
        ("model.hidden", "model.activation", "model.dropout", "model.batch_norm"),
    ),
    "optimizer": (
        N_("Optimizer & schedule"),
        ":material/trending_down:",
        tuple(name for name in SETTINGS if name.startswith("optim.") and name not in _FIRST),
    ),
    "training": (
        N_("Training settings"),
        ":material/tune:",
        ("train.loss", "train.patience", "train.seed", "train.dtype", "train.threads"),
    ),
}
"""Key → title, icon and settings of a group that opens."""


def sidebar() -> RunConfig | None:
    """Draw the sidebar; its settings, or None while one of them is refused.

    Each refusal is shown below its widget, and again at the top where its group may be closed. The
    address bar follows the settings; while they are refused it keeps the last accepted ones.
    """
    with st.sidebar:
        with st.container(horizontal=True, gap="small", key="sidebar-head"):
            language_choice()
            projector_switch()
        checked = form.check(session.values())
        _preset(checked.config)
        with st.container():  # always drawn: a group that moves loses what is typed in it
            for sentence in session.notes():
                st.warning(sentence, icon=":material/link_off:")
            for name, sentence in checked.errors.items():
                if name not in _FIRST:
                    st.error(sentence, icon=":material/error:")
        for name in _FIRST:
            fields.field(name, checked.errors.get(name, ""))
            if name == "optim.lr":
                find_button()
        devices.device_field()
        for key, (title, icon, names) in _GROUPS.items():
            with fold(f"group-{key}", translated(title), icon=icon) as is_open:
                if is_open:
                    _group(names, checked.errors)
                    if key == "training":
                        trackers_field()
    session.write_address(checked.config)
    return checked.config


def _group(names: tuple[str, ...], errors: Mapping[str, str]) -> None:
    values = form.effective(session.values())
    for name in names:
        if form.shown(SETTINGS[name], values):
            fields.field(name, errors.get(name, ""))
        if name == "data.train_limit":
            _images()


def _images() -> None:
    """How many images that makes: those to validate on come off the others."""
    config = session.config()
    if config is None:
        return
    all_images = CATALOG[config.data.name].train_images
    taken = min(config.data.train_limit or all_images, all_images)
    held_out = min(config.data.validation, taken)
    st.caption(
        _(
            "That makes {train:,} images to train on and {held_out:,} to validate on.",
            train=taken - held_out,
            held_out=held_out,
        )
    )


def _preset(config: RunConfig | None) -> None:
    current = (preset_of(config) if config else None) or _CUSTOM
    options = [*PRESETS, *([_CUSTOM] if current == _CUSTOM else [])]
    shown = show("preset", current, _choose_preset)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            _("Preset"),
            options,
            index=options.index(current),
            format_func=translated,
            key=shown.key,
            help=_("Settings to start from; change any of them afterwards."),
        )
        st.button(
            _("Reset"),
            key="reset",
            help=_("Back to the preset “{preset}”.", preset=translated(PAGE_PRESET)),
            on_click=session.choose,
            args=(PRESETS[PAGE_PRESET],),
        )


def _choose_preset(chosen: str) -> None:
    if chosen in PRESETS:
        session.choose(PRESETS[chosen])
