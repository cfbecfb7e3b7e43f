"""What the sidebar asks for that a running run does not do yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.settings.form import check
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from mlcore.config import EDITABLE, RunConfig, changes_between
from mlcore.rules import Value

__all__ = ["change_words", "pending_changes"]


def pending_changes(now: RunConfig, values: Mapping[str, Any]) -> dict[str, Value]:
    """The edits with which a run would do what the sidebar says.

    Settings that are fixed while a run trains stay the run's, and those that do not apply beside
    them are left out: a sidebar that is set to Adam does not ask for another momentum of SGD.

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
        _(
            "{setting} {before} → {after}",
            setting=setting_label(name),
            before=setting_text(before[name]),
            after=setting_text(value),
        )
        for name, value in changes.items()
    )
