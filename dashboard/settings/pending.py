"""What the sidebar asks for that a running run does not do yet. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.settings.form import check
from dashboard.words.choices import setting_text
from mlcore.config import EDITABLE, SETTINGS, RunConfig, changes_between
from mlcore.rules import Value

__all__ = ["change_words", "pending_changes"]


def pending_changes(now: RunConfig, values: Mapping[str, Any]) -> dict[str, Value]:
    """The settings to edit so that a run does what the sidebar says.

    Settings that are fixed while a run trains stay the run's, and those that mean nothing beside
    them are left out: the momentum of a sidebar that is set to Adam is no wish for a run with SGD.

    Args:
        now: the run's settings in force.
        values: the sidebar's, by dotted name, as its widgets hold them.

    Returns:
        Dotted name → value; empty while a value in the sidebar is refused.
    """
    wanted = check(now.flat() | {name: values[name] for name in EDITABLE})
    return changes_between(now, wanted.config) if wanted.config else {}


def change_words(now: RunConfig, changes: Mapping[str, Any]) -> str:
    """Changes as a person reads them: "Learning rate 0.003 → 0.01, Batch size 64 → 128"."""
    before = now.flat()
    return ", ".join(
        f"{SETTINGS[name].rule.label} {setting_text(before[name])} → {setting_text(value)}"
        for name, value in changes.items()
    )
