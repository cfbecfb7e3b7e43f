"""Settings in the address bar: what differs from the page's first preset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.settings.form import check, effective, fit_to_data
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import settings_sentence
from dashboard.words.translation import _
from mlcore.config import SETTINGS, RunConfig, parse
from mlcore.errors import SettingsError
from mlcore.presets import PAGE_PRESET, PRESETS
from mlcore.rules import Value
from mlcore.words import as_text

__all__ = ["LINKED", "read_link", "write_link"]

LINKED = tuple(name for name in SETTINGS if name != "data.root")
"""The settings that a link carries; a folder belongs to one machine, so it stays out."""


def write_link(config: RunConfig) -> dict[str, str]:
    """Query parameters of the settings that differ from the page's first preset."""
    start = PRESETS[PAGE_PRESET].flat()
    values = config.flat()
    return {
        name: as_text(values[name]).replace(" ", "")
        for name in LINKED
        if values[name] != start[name]
    }


def read_link(params: Mapping[str, str]) -> tuple[dict[str, Value], list[str]]:
    """Settings from an address, and a sentence for each value that was left out.

    What the address does not name keeps the value of the page's first preset; so does a value
    that is out of range or contradicts the others.
    """
    start = PRESETS[PAGE_PRESET].flat()
    values: dict[str, Any] = dict(start)
    notes: list[str] = []
    for name in LINKED:
        if name not in params:
            continue
        try:
            text = params[name]
            values[name] = parse(name, text)
        except SettingsError as error:
            notes.append(_left_out(settings_sentence(error), start[name]))
    if "data.validation" not in params:
        start |= fit_to_data(values)
        values["data.validation"] = start["data.validation"]
    values = effective(values)
    while errors := check(values).errors:
        name, reason = next(iter(errors.items()))
        if values.get(name, start.get(name)) == start.get(name):
            return dict(PRESETS[PAGE_PRESET].flat()), [
                *notes,
                _("The link's settings contradict each other: {reason}", reason=reason),
            ]
        values[name] = start[name]
        notes.append(_left_out(reason, start[name]))
    return values, notes


def _left_out(reason: str, value: Value) -> str:
    return _("From the link: {reason} It is {value} now.", reason=reason, value=setting_text(value))
