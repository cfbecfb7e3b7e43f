"""How soon after the click an experiment of "Break it" has run and is explained."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, data_root
from mlcore.lessons import LESSONS
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import button, click, serve, tab
from tests.browser.server import wait_settled

__all__ = ["measure"]

_AIM = 10.0  # s


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """From the click to a page that rests, with what is seen in words; each try another seed."""
    figures = []
    with serve(folder, data_root(DataConfig())) as app:
        for lesson in LESSONS.values():
            figure = Figure(f"Break it: {lesson.name}", "s", _AIM)
            with tab(browser) as page:
                page.goto(f"{app.url}/lessons?lesson={lesson.name}&data.name=digits")
                button(page, "run-lesson").wait_for()
                wait_settled(page)
                for _ in range(rounds):
                    figure.add(_run(page))
                    wait_settled(page)
            figures.append(figure)
    return figures


def _run(page: Page) -> float:
    """Run both sides; seconds until the page says what is seen."""
    chart = page.locator(".live-chart")
    before = (chart.get_attribute("data-run") or "") if chart.count() else ""
    return click(page, button(page, "run-lesson"), ("explained", before))[0] / 1_000
