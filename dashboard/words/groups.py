"""What groups of runs are called, and how their figures are written."""

from __future__ import annotations

from dashboard.words.differences import differences
from dashboard.words.translation import ngettext
from mlcore.runs.library.groups import RunGroup

__all__ = ["group_name"]


def group_name(group: RunGroup) -> str:
    """What a group is called: as its runs are, and how many they are: "lr 0.1 · 5 seeds"."""
    names = {info.name for info in group.runs}
    name = names.pop() if len(names) == 1 else ""
    count = len(group.runs)
    if count == 1:
        return name or differences(group.config)
    seeds = ngettext("{n} seed", "{n} seeds", count)
    return f"{name or differences(group.config.with_values({'train.seed': 0}))} · {seeds}"
