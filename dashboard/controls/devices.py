"""The device and processes fields: what this machine can train on, as a short job found it."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard import server, session
from dashboard.controls import fields
from dashboard.words.translation import N_, _, ngettext, translated
from mlcore.config import SETTINGS
from mlcore.errors import MlcoreError
from mlcore.words import as_text

__all__ = ["device_field"]

_NAMES = {
    "auto": N_("Automatic (the fastest)"),
    "cpu": N_("CPU"),
    "cuda": N_("CUDA (the first GPU)"),
    "mps": N_("Apple GPU"),
}


def _devices() -> dict[str, str] | None:
    """Device → name; None until the job has answered, empty where it failed."""
    try:
        found = server.jobs().devices()
    except MlcoreError:  # no run can be started here; the Train page says why
        return {}
    return None if found is None else {one["device"]: one["name"] for one in found}


def device_field() -> None:
    """The device select box; "auto" and "cpu" alone until the list is there, or when it fails.

    Below it the number of processes, where there are several GPUs.
    """
    known = _devices()
    with st.container(
        key="devices-wait"
    ):  # takes no room (see style.css): nothing moves when it goes
        if known is None:
            st.fragment(_wait_for_list, run_every=0.5)()
    found = known or {}
    setting = SETTINGS["train.device"]
    current = str(session.values()[setting.name])
    options = tuple(dict.fromkeys(("auto", "cpu", *found, current)))
    fields.choice(setting, options, lambda device: _name(device, found))
    warning = st.container()
    if found and not _has(current, found):
        text = _("This machine has no {device}: a run there would end at once.", device=current)
        warning.caption(f":orange[{text}]")
    _processes_field(sum(one.startswith("cuda:") for one in found), current)


def _processes_field(gpus: int, device: str) -> None:
    """How many processes train, where that can be chosen: on several GPUs, or where it was."""
    setting = SETTINGS["train.processes"]
    wanted = int(session.values()[setting.name])
    if gpus < 2 and wanted == setting.default:
        return
    fields.choice(setting, tuple(sorted({1, *range(1, gpus + 1), wanted})), as_text)
    if 0 < gpus < wanted and device != "cpu":
        text = ngettext(
            "This machine has {n} GPU: a run of more processes would end at once.",
            "This machine has {n} GPUs: a run of more processes would end at once.",
            gpus,
        )
        st.caption(f":orange[{text}]")


def _wait_for_list() -> None:
    """Draw the page once more when the list is there."""
    if _devices() is not None:
        st.rerun()


def _has(device: str, found: Iterable[str]) -> bool:
    """Whether a run may ask for this device; "cuda" is any of the GPUs."""
    return device in ("auto", "cpu", *found) or any(one.startswith(f"{device}:") for one in found)


def _name(device: str, found: dict[str, str]) -> str:
    plain = translated(_NAMES[device]) if device in _NAMES else device.upper().replace(":", " ")
    model = found.get(device, "")
    return plain if device in ("auto", "cpu") or not model else f"{plain}: {model}"
