"""What runs are called in lists. No Streamlit."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from dashboard.words.progress import ACTIVE
from mlcore.runs import RunInfo

__all__ = ["called", "run_label", "told_apart"]


def called(info: RunInfo) -> str:
    """What a run is called: its name, else when it was made."""
    return info.name or _when(info.created)


def run_label(info: RunInfo) -> str:
    """A run's line in a list: what it is called, how it stands, its tags; how good, once it rests.

    What is listed is read now and then; of a run that trains it would be an old figure.
    """
    known = info.test_accuracy if info.test_accuracy is not None else info.validation_accuracy
    parts = [called(info), info.state]
    if known is not None and info.state not in ACTIVE:
        parts.append(f"{known * 100:.2f} %")
    if info.tags:
        parts.append(" ".join(f"#{tag}" for tag in info.tags))
    return " · ".join(parts)


def told_apart(
    runs: Sequence[RunInfo], label: Callable[[RunInfo], str] = run_label
) -> dict[str, str]:
    """A label for each run, by id; runs that would read the same get the end of their id."""
    labels = {info.id: label(info) for info in runs}
    count = Counter(labels.values())
    return {
        run: f"{text} ({run[-4:]})" if count[text] > 1 else text for run, text in labels.items()
    }


def _when(created: float) -> str:
    """The moment as a person says it: "Today 14:05:10", "23 Nov 14:05:10"."""
    then, now = time.localtime(created), time.localtime()
    clock = time.strftime("%H:%M:%S", then)
    if then[:3] == now[:3]:
        return f"Today {clock}"
    return f"{then.tm_mday} {time.strftime('%b', then)} {clock}"
