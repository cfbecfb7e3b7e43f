"""What runs are called in lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from dashboard.words.dates import recent_moment
from dashboard.words.differences import apart, differences
from dashboard.words.intervals import run_accuracy_range
from dashboard.words.progress import ACTIVE
from dashboard.words.translation import _, translated
from mlcore.runs import RunInfo
from mlcore.runs.record.status import STATE_WORDS
from mlcore.words import percent

__all__ = [
    "ROOM",
    "display_name",
    "distinct_labels",
    "distinct_names",
    "file_stem",
    "run_label",
    "short_label",
    "state_name",
    "timed_name",
    "with_ends",
]

ROOM = 32
"""Characters of a name that legends show."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def display_name(info: RunInfo) -> str:
    """What a run is called: its name, else what sets its settings apart."""
    return info.name or differences(info.config)


def file_stem(info: RunInfo) -> str:
    """How files of a run begin: its name, with odd characters left out, else its id."""
    return _UNSAFE.sub("-", info.name).strip("-.") or info.id


def state_name(state: str) -> str:
    """A state in a sentence or a cell: "running"; the word itself where it is none."""
    return next((translated(text) for name, text in STATE_WORDS.items() if name == state), state)


def timed_name(info: RunInfo) -> str:
    """The same, and when it was created: "lr 0.05 · batch 256 · 14:05:10"."""
    return f"{display_name(info)} · {recent_moment(info.created)}"


def run_label(info: RunInfo, *, ranges: bool = True) -> str:
    """A run's line in a list: its name, time, accuracy and tags, and its state unless it finished.

    An active run has no accuracy there: a list is not read again often enough to follow it.

    Args:
        info: the run.
        ranges: with what the number of test images leaves open of its accuracy.
    """
    parts = [timed_name(info)]
    if info.state != "finished":
        parts.append(state_name(info.state))
    if info.state not in ACTIVE:
        if info.test_accuracy is not None:
            accuracy = percent(info.test_accuracy)
            parts.append(f"{accuracy} ({run_accuracy_range(info)})" if ranges else accuracy)
        elif info.validation_accuracy is not None:
            parts.append(_("{accuracy} in validation", accuracy=percent(info.validation_accuracy)))
    if info.tags:
        parts.append(" ".join(f"#{tag}" for tag in info.tags))
    return " · ".join(parts)


def short_label(info: RunInfo) -> str:
    """A run's line in a list without the range of its accuracy, where there is little room."""
    return run_label(info, ranges=False)


def distinct_labels(
    runs: Sequence[RunInfo], label: Callable[[RunInfo], str] = run_label
) -> dict[str, str]:
    """A label for each run, by id; runs whose labels would be equal get the end of their id."""
    return with_ends({info.id: label(info) for info in runs})


def with_ends(names: Mapping[str, str]) -> dict[str, str]:
    """The same names, by id; those that are equal get the end of the id."""
    count = Counter(names.values())
    return {one: f"{name} ({one[-4:]})" if count[name] > 1 else name for one, name in names.items()}


def distinct_names(runs: Sequence[RunInfo]) -> dict[str, str]:
    """A short name for each run, by id: with what sets it apart, or the time, where it needs it.

    For legends, where there is little room: what sets runs of one name apart comes first.
    """
    names = {info.id: display_name(info) for info in runs}
    long = [info for info in runs if not info.name and len(names[info.id]) > ROOM]
    for info, words in zip(long, apart([info.config for info in long]), strict=True):
        names[info.id] = words or names[info.id]
    for name, alike in _alike(runs, names).items():
        for info, words in zip(alike, apart([info.config for info in alike]), strict=True):
            names[info.id] = f"{words} · {name}" if words else name
    for alike in _alike(runs, names).values():
        names |= {info.id: timed_name(info) for info in alike}
    return with_ends(names)


def _alike(runs: Sequence[RunInfo], names: Mapping[str, str]) -> dict[str, list[RunInfo]]:
    """Names that several runs have → those runs."""
    found: dict[str, list[RunInfo]] = {}
    for info in runs:
        found.setdefault(names[info.id], []).append(info)
    return {name: alike for name, alike in found.items() if len(alike) > 1}
