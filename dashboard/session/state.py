"""What a session holds: the settings, the shown run, the upload; and the address bar.

The settings live in one dict of the session, not in the widgets: a widget that is not drawn
loses its state, and a slider and a typed number must show one value. Each widget is set from
that dict before it is drawn and writes to it when it changes. (`bind="query-params"` ties one
parameter to one widget, shown or not; a link that leaves out what does not apply, and pairs of
widgets, do not fit that.)

The address bar is read once, when a session starts, and written after every run of the script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.charts.theme import Palette, palette
from dashboard.settings.form import check, fit_to_data
from dashboard.settings.link import LINKED, read_link, write_link
from mlcore.presets import PAGE_PRESET, PRESETS

if TYPE_CHECKING:
    from dashboard.session.uploads import Upload
    from mlcore.config import RunConfig

__all__ = [
    "apply",
    "ask_for",
    "asked_for",
    "begin",
    "change",
    "choose_checkpoint",
    "choose_upload",
    "chosen_checkpoint",
    "colours",
    "config",
    "current_run",
    "data_config",
    "data_name",
    "draw_again",
    "draw_number",
    "forget",
    "keep_upload",
    "notes",
    "set_current_run",
    "untouched",
    "upload",
    "upload_chosen",
    "values",
    "write_address",
]

_SETTINGS, _NOTES, _RUN, _ASKED = "settings", "notes", "run", "asked"
_UPLOAD, _UPLOAD_CHOSEN, _FILES = "upload", "upload-chosen", "checkpoint-files"


def begin() -> None:
    """Fill a fresh session from the address bar; later calls do nothing."""
    if _SETTINGS in st.session_state:
        return
    read, left_out = read_link(st.query_params.to_dict())
    st.session_state[_SETTINGS] = dict(read)
    st.session_state[_NOTES] = left_out
    st.session_state[_RUN] = st.query_params.get(_RUN)


def values() -> dict[str, Any]:
    """The settings as the widgets hold them, by dotted name; text where it cannot be read."""
    begin()
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
    """The data set chosen, also while another setting is refused."""
    return str(values()["data.name"])


def data_config() -> RunConfig:
    """Settings to look at data with.

    While one in the sidebar is refused, they are those of the first preset, with the data set
    that is chosen.
    """
    chosen = {"data.name": data_name()}
    start = PRESETS[PAGE_PRESET]
    return config() or start.with_values(chosen | fit_to_data(start.flat() | chosen))


def untouched() -> bool:
    """Whether the settings are still those of the page's first preset."""
    return values() == PRESETS[PAGE_PRESET].flat()


def notes() -> list[str]:
    """Sentences on what a link or a choice changed; they go with the next change."""
    begin()
    held: list[str] = st.session_state[_NOTES]
    return held


def ask_for(name: str) -> None:
    """This session wants a data set to be used as soon as it is there."""
    st.session_state[_ASKED] = name


def asked_for(name: str) -> bool:
    """Whether this session waits for a data set."""
    return bool(st.session_state.get(_ASKED) == name)


def forget(name: str) -> None:
    """This session no longer waits for a data set."""
    if asked_for(name):
        del st.session_state[_ASKED]


def draw_number(key: str) -> int:
    """How often `draw_again` was called for `key`: the seed of what a page draws at random."""
    return int(st.session_state.get(f"draw-{key}", 0))


def draw_again(key: str) -> None:
    """Ask for other random picks."""
    st.session_state[f"draw-{key}"] = draw_number(key) + 1


def current_run() -> str | None:
    """The id of the run that the pages show; None before the first."""
    begin()
    run: str | None = st.session_state[_RUN]
    return run


def set_current_run(run: str | None) -> None:
    """Show this run on all pages; the address names it."""
    begin()
    st.session_state[_RUN] = run
    choose_upload(False)


def upload() -> Upload | None:
    """The checkpoint that this session uploaded and found good; None without one."""
    held: Upload | None = st.session_state.get(_UPLOAD)
    return held


def keep_upload(new: Upload | None) -> None:
    """Hold this upload from now on; the one before is deleted."""
    before = upload()
    if before is not None and before is not new:
        before.discard()
    st.session_state[_UPLOAD] = new
    choose_upload(new is not None)


def upload_chosen() -> bool:
    """Whether the pages look at the upload, and not at a run."""
    return bool(st.session_state.get(_UPLOAD_CHOSEN)) and upload() is not None


def choose_upload(chosen: bool = True) -> None:
    """Look at the upload from now on, or at the current run."""
    st.session_state[_UPLOAD_CHOSEN] = chosen


def choose_checkpoint(run: str, file: str) -> None:
    """Look at this checkpoint file of this run from now on."""
    st.session_state.setdefault(_FILES, {})[run] = file
    set_current_run(run)


def chosen_checkpoint(run: str) -> str | None:
    """The checkpoint file that was chosen of a run; None to follow its last one."""
    chosen: str | None = st.session_state.get(_FILES, {}).get(run)
    return chosen


def write_address(config: RunConfig | None) -> None:
    """Make the address carry the settings and the current run; other parameters stay."""
    wanted = write_link(config) if config else {}
    if run := current_run():
        wanted[_RUN] = run
    own = {*LINKED, _RUN} if config else {_RUN}
    present = st.query_params.to_dict()
    if wanted != {name: text for name, text in present.items() if name in own}:
        rest = {name: text for name, text in present.items() if name not in own}
        st.query_params.from_dict(rest | wanted)


def colours() -> Palette:
    """The chart colours of the theme that this browser shows."""
    return palette(st.context.theme.type)
