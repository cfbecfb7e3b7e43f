"""The device list: what this machine has, as a short job found it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import streamlit as st

from dashboard import server, session
from dashboard.controls import fields
from mlcore.config import SETTINGS
from mlcore.errors import MlcoreError

__all__ = ["device_field"]

_LOG = logging.getLogger("dashboard")
_WORDS = {
    "auto": "Automatic (the fastest)",
    "cpu": "CPU",
    "cuda": "CUDA (the first GPU)",
    "mps": "Apple GPU",
}


class _Devices:
    """Asks the `devices` job once; `found` is None until it has answered.

    The first look asks nothing yet: the page is drawn before processes are started for it.
    """

    def __init__(self) -> None:
        self._job: Any = None
        self._looked = self._asked = False
        self._found: dict[str, str] | None = None

    def found(self) -> dict[str, str] | None:
        if not self._looked:
            self._looked = True
        elif self._found is None:
            try:
                self._ask()
            except (MlcoreError, ImportError, OSError) as error:
                _LOG.warning("the device list is not to be had: %s", error)
                self._found = {}
        return self._found

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._job = server.jobs().submit("devices", {})
        answer = self._job.poll()
        if answer is not None:
            self._found = {entry["device"]: entry["name"] for entry in answer["devices"]}


@st.cache_resource(show_spinner=False)
def _devices() -> _Devices:
    return _Devices()


def device_field() -> None:
    """The device select box; auto and cpu alone until the list is there, or when it fails."""
    known = _devices().found()
    with st.empty().container():  # always there, so that what follows keeps its place
        if known is None:
            st.fragment(_wait_for_list, run_every=0.5)()
    found = known or {}
    setting = SETTINGS["train.device"]
    current = str(session.values()[setting.name])
    options = tuple(dict.fromkeys(("auto", "cpu", *found, current)))
    fields.choice(setting, options, lambda device: _name(device, found))
    place = st.empty()
    if found and not _has(current, found):
        place.caption(f":orange[This machine has no {current}: a run there would end at once.]")


def _wait_for_list() -> None:
    """Draw the page once more when the list is there."""
    if _devices().found() is not None:
        st.rerun()


def _has(device: str, found: Iterable[str]) -> bool:
    """Whether a run may ask for this device; "cuda" is any of the GPUs."""
    return device in ("auto", "cpu", *found) or any(one.startswith(f"{device}:") for one in found)


def _name(device: str, found: dict[str, str]) -> str:
    name = found.get(device, "")
    plain = _WORDS.get(device, device.upper().replace(":", " "))
    return plain if device in ("auto", "cpu") or not name else f"{plain}: {name}"
