"""What it costs a run that its history outlasts a power cut: the same run with and without."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

from mlcore.config import RunConfig
from mlcore.events import EpochDone, Event
from mlcore.run import execute
from mlcore.runs import RunStore

__all__ = ["table"]

_EPOCHS = 3


def table(rounds: int) -> str:
    """Seconds per epoch of MNIST with and without syncs of the log, in turn, and their ratio."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:  # TMPDIR should lie on a disk
        for number, synced in itertools.product(range(rounds), (True, False)):
            now = synced if number % 2 else not synced  # neither always comes first
            with nullcontext() if now else _without_syncs():
                seconds[now].append(_seconds(RunStore(Path(folder))))
    with_syncs, without = (statistics.median(seconds[synced]) for synced in (True, False))
    ratio = statistics.median(a / b for a, b in zip(seconds[True], seconds[False], strict=True))
    head = "| MNIST, batch 64 | s/epoch synced | s/epoch not synced | × (median of each round's) |"
    line = f"| `mlcore train` | {with_syncs:.3f} | {without:.3f} | {ratio:.3f} |"
    return f"{head}\n| --- | ---: | ---: | ---: |\n{line}"


def _seconds(store: RunStore) -> float:
    """Seconds of one epoch, checkpoints and all, the mean of a run's."""
    ends: list[float] = []

    def observe(event: Event) -> None:
        if isinstance(event, EpochDone):
            ends.append(time.perf_counter())

    config = RunConfig().with_values({"train.device": "cpu", "train.epochs": _EPOCHS + 1})
    execute(store.create(config), observe=observe)
    return (ends[-1] - ends[0]) / _EPOCHS


@contextmanager
def _without_syncs() -> Iterator[None]:
    """Within the block the logs are written, and left to the system."""
    with patch("mlcore.runs.record.lines.LineWriter.sync", lambda _: None):
        yield
