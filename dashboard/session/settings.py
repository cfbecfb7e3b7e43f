"""The settings of the sidebar: read from the address when a session starts, then kept here.

They live in one dict of the session, not in the widgets: a widget that is not drawn loses its
state, and a slider and a typed number must show one value. Each widget is set from that dict
before it is drawn and writes to it when it changes. (`bind="query-params"` ties one parameter to
one widget, shown or not; a link that leaves out what does not apply, and pairs of widgets, do not
fit that.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.settings.form import check, fit_to_data
from dashboard.settings.link import read_link
from mlcore.presets import PAGE_PRESET, PRESETS

if TYPE_CHECKING:
    from mlcore.config import RunConfig

__all__ = [
    "apply",
    "change",
    "config",
    "data_config",
    "data_name",
    "notes",
    "values",
]

_SETTINGS, _NOTES = "settings", "notes"


def values() -> dict[str, Any]:
    """The settings as the widgets hold them, by dotted name; text where it cannot be read."""
    _begin()
    held: dict[str, Any] = st.session_state[_SETTINGS]
    return held


def change(name: str, value: Any) -> None:
    """A widget has a new value for a setting."""
    values()[name] = value
    st.session_state[_NOTES] = []


def apply(config: RunConfig, note: str = "") -> None:
    """Put a whole config (a preset, the settings of a run) into the sidebar."""
    values().update(config.flat())
    st.session_state[_NOTES] = [note] if note else []


def config() -> RunConfig | None:
    """The settings of the sidebar, or None while one of them is refused."""
    return check(values()).config


def data_name() -> str:
    """The data set that is chosen, also while another setting is refused."""
    return str(values()["data.name"])


def data_config() -> RunConfig:
    """The settings with which to show the data.

    While one in the sidebar is refused, they are those of the first preset, with the data set
    that is chosen.
    """
    chosen = {"data.name": data_name()}
    start = PRESETS[PAGE_PRESET]
    return config() or start.with_values(chosen | fit_to_data(start.flat() | chosen))


def notes() -> list[str]:
    """Sentences on what a link or a choice changed; the next change removes them."""
    _begin()
    held: list[str] = st.session_state[_NOTES]
    return held


def _begin() -> None:
    """Fill a fresh session from the address bar; later calls do nothing."""
    if _SETTINGS not in st.session_state:
        read, left_out = read_link(st.query_params.to_dict())
        st.session_state[_SETTINGS] = dict(read)
        st.session_state[_NOTES] = left_out
