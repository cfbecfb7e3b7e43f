"""What the sidebar asks for that a running run does not do yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dashboard.settings.form import check
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from dashboard.words.wording import listed
from mlcore.config import EDITABLE, RunConfig, changes_between
from mlcore.rules import Value

__all__ = ["change_words", "fixed_changes", "pending_changes"]


def pending_changes(
    now: RunConfig, values: Mapping[str, Any], touched: Collection[str] = EDITABLE
) -> dict[str, Value]:
    """The edits with which a run would do what the sidebar says.

    Settings that are fixed while a run trains stay the run's, and those that do not apply beside
    them are left out: a sidebar that is set to Adam does not ask for another momentum of SGD.

    Args:
        now: the run's settings in force.
        values: the sidebar's, by dotted name, as its widgets hold them.
        touched: the settings that count; the others stay the run's.

    Returns:
        Dotted name → value; empty while one of these values is refused.
    """
    asked = {name: values[name] for name in EDITABLE if name in touched}
    wanted = check(now.flat() | asked)
    return changes_between(now, wanted.config) if wanted.config else {}


def fixed_changes(
    now: RunConfig, values: Mapping[str, Any], touched: Collection[str]
) -> dict[str, Value]:
    """What the sidebar says otherwise than a run, and no edit can change while the run trains.

    Args:
        now: the run's settings in force.
        values: the sidebar's, by dotted name, as its widgets hold them.
        touched: the settings that count.

    Returns:
        Dotted name → value; empty while a value in the sidebar is refused.
    """
    wanted, before = check(values).config, now.flat()
    after = wanted.flat() if wanted else before
    return {
        name: after[name]
        for name in after
        if name in touched and name not in EDITABLE and after[name] != before[name]
    }


def change_words(now: RunConfig, changes: Mapping[str, Any]) -> str:
    """Changes as a person reads them: "Learning rate 0.003 → 0.01, Batch size 64 → 128"."""
    before = now.flat()
    return listed(
        _(
            "{setting} {before} → {after}",
            setting=setting_label(name),
            before=setting_text(before[name]),
            after=setting_text(value),
        )
        for name, value in changes.items()
    )
