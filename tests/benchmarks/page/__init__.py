"""The page in a real browser: latency, drawing, lessons, bytes, many runs, throughput of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.page import (
    crowd,
    drawing,
    latency,
    lessons,
    many,
    refresh,
    runs_page,
    throughput,
)
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import browser

__all__ = ["measure_page"]

_LONG = {throughput: 10, crowd: 5, lessons: 3}
"""Parts that take minutes → tries at most."""


def measure_page(rounds: int) -> Iterator[list[Figure]]:
    """The figures of each part, as soon as they are there.

    Args:
        rounds: tries of each figure; the parts that take minutes have fewer.
    """
    with browser() as chromium, tempfile.TemporaryDirectory() as folder:
        for part in (latency, drawing, lessons, refresh, many, runs_page, crowd, throughput):
            tries = min(rounds, _LONG.get(part, rounds))
            yield part.measure(chromium, Path(folder) / part.__name__.rsplit(".", 1)[-1], tries)
