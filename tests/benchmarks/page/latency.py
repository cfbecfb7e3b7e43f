"""How soon the page answers to clicks: Train, Pause, Continue, Stop, and the navigation."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, data_root
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import LONG, button, click, press_train, serve, stop, tab
from tests.browser.server import wait_settled

__all__ = ["measure"]

_START, _ANSWER, _CHANGE = 1_000.0, 300.0, 400.0  # ms: the aims
_PAGES = {  # name in the navigation: what heads the page, and what it draws last
    "Test": ("h1|Test", ".st-key-figures [data-testid=stMetricValue]"),
    "Draw": ("h1|Draw", ".drawing-canvas"),
    "Checkpoints": ("h1|Checkpoints", "[data-testid=stFileUploader]"),
    "Data": (".st-key-data-picker", ".st-key-step-2 .js-plotly-plot"),
    "Train": (".st-key-train-head button", ".live-chart[data-last]"),
}


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """All figures of latency, on the bundled digits."""
    with serve(folder, data_root(DataConfig())) as app:
        with tab(browser, app.url, **LONG) as page:  # the first run of a server imports torch
            press_train(page)
            stop(page)
        figures = _steering(browser, app.url, rounds)
        return figures + _pages(browser, app.url, rounds)


def _steering(browser: Browser, url: str, rounds: int) -> list[Figure]:
    first = Figure("Train → first point, a tab's first click", "ms", _START)
    later = Figure("Train → first point, later clicks", "ms", _START)
    pause = Figure("Pause → acknowledged", "ms", _ANSWER)
    go_on = Figure("Continue → acknowledged", "ms", _ANSWER)
    end = Figure("Stop → acknowledged", "ms", _ANSWER)
    for _ in range(rounds):
        with tab(browser, url, **LONG) as page:
            first.add(press_train(page))
            stop(page)
            later.add(press_train(page))
            pause.add(click(page, button(page, "pause"), ("badge", "Paused"))[0])
            go_on.add(click(page, button(page, "continue"), ("badge", "Training"))[0])
            end.add(stop(page))
    return [first, later, pause, go_on, end]


def _pages(browser: Browser, url: str, rounds: int) -> list[Figure]:
    shown = {name: Figure(f"to {name}: its head", "ms", _CHANGE) for name in _PAGES}
    whole = {name: Figure(f"to {name}: all of it", "ms", _CHANGE) for name in _PAGES}
    with tab(browser, url, **LONG) as page:
        press_train(page)
        for _ in range(rounds):
            for name in _PAGES:
                head, all_of_it = change(page, name)
                shown[name].add(head)
                whole[name].add(all_of_it)
        stop(page)
    return [figure for name in _PAGES for figure in (shown[name], whole[name])]


def change(page: Page, name: str) -> tuple[float, float]:
    """Go to a page; milliseconds until its head is there, and until all of it is."""
    wait_settled(page)
    head, drawn = _PAGES[name]
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
    shown, whole = click(page, link, ("heading", head), ("whole", head, drawn))
    return shown, whole
