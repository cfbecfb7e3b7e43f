"""What groups of runs are called, and how their figures are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboard.words.differences import apart, differences
from dashboard.words.run_names import ROOM, with_ends
from dashboard.words.translation import ngettext
from mlcore.config import RunConfig
from mlcore.runs.library.groups import RunGroup

__all__ = ["distinct_group_names", "group_name"]


def group_name(group: RunGroup, said: str = "") -> str:
    """What a group is called: as its runs are, and how many they are: "lr 0.1 · 5 seeds".

    Args:
        group: the group.
        said: what its settings are called where its runs have no name; empty: what differs from
            the nearest preset.
    """
    base = _name(group) or said or differences(_settings(group))
    count = len(group.counted)
    if count == 1:
        return base
    seeds = ngettext("{n} seed", "{n} seeds", count)
    return f"{base} · {seeds}"


def distinct_group_names(groups: Sequence[RunGroup]) -> dict[str, str]:
    """A name for each group, by id; what differs among them where their settings' is long or equal.

    For legends and sentences, where what sets groups apart is to be read. Names that are equal all
    the same get the end of the group's id.
    """
    plain = {group.id: differences(_settings(group)) for group in groups if not _name(group)}
    count = Counter(plain.values())
    unclear = [
        group
        for group in groups
        if (text := plain.get(group.id)) and (len(text) > ROOM or count[text] > 1)
    ]
    seeded = all(len(group.counted) == 1 for group in unclear)
    said = apart([group.config if seeded else _without_seed(group) for group in unclear])
    words = {group.id: text for group, text in zip(unclear, said, strict=True)}
    return with_ends({group.id: group_name(group, words.get(group.id, "")) for group in groups})


def _name(group: RunGroup) -> str:
    """The name that all its runs have, if any."""
    names = {info.name for info in group.runs}
    return names.pop() if len(names) == 1 else ""


def _settings(group: RunGroup) -> RunConfig:
    """Its settings, without the seed, where that differs."""
    return group.config if len(group.counted) == 1 else _without_seed(group)


def _without_seed(group: RunGroup) -> RunConfig:
    return group.config.with_values({"train.seed": 0})
