"""The settings of the sidebar: read from the address when a session starts, then kept here.

They live in one dict of the session, not in the widgets: a widget that is not drawn loses its
state, and a slider and a typed number must show one value. Each widget shows the value of that
dict, and what a person enters is taken into it before anything else happens
(`dashboard.gaps.widgets`). (`bind="query-params"` ties one parameter to one widget, shown or not;
a link that leaves out what does not apply, and pairs of widgets, do not fit that.)

Which settings this person changed since the shown run is shown is kept beside them: only these are
offered to a run that trains.
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
    "change_data",
    "choose",
    "config",
    "data_config",
    "data_name",
    "enter",
    "forget_notes",
    "forget_touched",
    "notes",
    "put_back",
    "touched",
    "values",
]

_SETTINGS, _NOTES, _TOUCHED = "settings", "notes", "touched-settings"


def values() -> dict[str, Any]:
    """The settings as the widgets hold them, by dotted name; text where it cannot be read."""
    _begin()
    held: dict[str, Any] = st.session_state[_SETTINGS]
    return held


def enter(name: str, value: Any) -> None:
    """A person has entered a value for a setting; text where it cannot be read."""
    change(name, value)
    touched().add(name)


def choose(config: RunConfig) -> None:
    """A person has chosen a whole config: a preset."""
    before = dict(values())
    apply(config)
    touched().update(name for name, value in values().items() if value != before[name])


def put_back(config: RunConfig) -> None:
    """Give what this person changed the values of a config again."""
    wanted = config.flat()
    for name in touched():
        change(name, wanted[name])
    forget_touched()


def touched() -> set[str]:
    """The settings that this person changed since the shown run is shown, by dotted name."""
    held: set[str] = st.session_state.setdefault(_TOUCHED, set())
    return held


def forget_touched() -> None:
    """Another run is shown, or what was changed was put back."""
    touched().clear()


def change(name: str, value: Any) -> None:
    """The page itself gives a setting another value, as where another data set needs it."""
    values()[name] = value
    st.session_state[_NOTES] = []


def change_data(name: str) -> None:
    """Choose a data set, and fit the settings that depend on how many images it has."""
    change("data.name", name)
    for other, fitting in fit_to_data(values()).items():
        change(other, fitting)


def apply(config: RunConfig, note: str = "") -> None:
    """The page itself puts a whole config into the sidebar."""
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
    """Sentences on what a link or a choice changed; the next change or page removes them."""
    _begin()
    held: list[str] = st.session_state[_NOTES]
    return held


def forget_notes() -> None:
    """They were read, or another page is shown."""
    _begin()
    st.session_state[_NOTES] = []


def _begin() -> None:
    """Fill a fresh session from the address bar; later calls do nothing."""
    if _SETTINGS not in st.session_state:
        read, left_out = read_link(st.query_params.to_dict())
        st.session_state[_SETTINGS] = dict(read)
        st.session_state[_NOTES] = left_out
