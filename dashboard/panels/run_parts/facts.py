"""A run's settings, and what it ran on."""

from __future__ import annotations

import streamlit as st

from dashboard.panels.plain_table import plain_table
from dashboard.words.choices import setting_text
from dashboard.words.dates import date_and_time
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import N_, _, translated
from mlcore.config import SETTINGS, RunConfig
from mlcore.presets import PAGE_PRESET, PRESETS
from mlcore.runs import History, RunInfo

__all__ = ["environment", "settings"]

_VERSIONS = {
    "python": "Python",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "mlcore": "mlcore",
    "revision": N_("Revision of mlcore"),
}


def settings(config: RunConfig) -> None:
    """All settings that mean something beside the others; those that a preset has not are bold."""
    values, usual = config.flat(), PRESETS[PAGE_PRESET].flat()
    names = [name for name, setting in SETTINGS.items() if setting.applies(values)]
    half = -(-len(names) // 2)
    for column, part in zip(st.columns(2, gap="medium"), (names[:half], names[half:]), strict=True):
        with column:
            plain_table(
                [(setting_label(name), setting_text(values[name])) for name in part],
                label=_("Settings"),
                strong=[i for i, name in enumerate(part) if values[name] != usual[name]],
            )
    st.caption(_("Bold: other than in the preset “{preset}”.", preset=translated(PAGE_PRESET)))


def environment(info: RunInfo, history: History) -> None:
    """Versions, device, threads and images of the last start, and where the run lies."""
    versions = history.folder.meta["versions"]
    rows = {
        translated(label): str(versions[name])
        for name, label in _VERSIONS.items()
        if name in versions
    }
    if started := history.started:
        rows[_("Device")] = started.device
        if started.device == "cpu":
            rows[_("CPU threads")] = str(started.threads)
        if started.processes > 1:
            rows[setting_label("train.processes")] = str(started.processes)
        rows[_("Steps by")] = setting_text(started.stepper) if started.stepper else "–"
        rows[_("Parameters")] = f"{started.parameters:,}"
        rows[_("Training images")] = f"{started.train_images:,}"
        rows[_("Validation images")] = f"{started.validation_images:,}"
    rows[_("Created")] = date_and_time(info.created)
    rows[_("Folder")] = str(info.path)
    plain_table(list(rows.items()), label=_("Environment"))
