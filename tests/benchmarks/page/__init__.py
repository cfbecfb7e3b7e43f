"""The page while a run trains, in a real browser: latency, throughput, bytes, many runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.page import latency, many, refresh, throughput
from tests.benchmarks.page.figures import Figure
from tests.browser.server import FLAGS
from tests.chromium import find_chromium

__all__ = ["measure_page"]


def measure_page(rounds: int) -> Iterator[list[Figure]]:
    """The figures of each part, as soon as they are there.

    Args:
        rounds: tries of each figure; throughput, which trains for minutes, takes ten at most.
    """
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for part in (latency, refresh, many, throughput):
            tries = min(rounds, 10) if part is throughput else rounds
            yield part.measure(browser, Path(folder) / part.__name__.rsplit(".", 1)[-1], tries)
        browser.close()
