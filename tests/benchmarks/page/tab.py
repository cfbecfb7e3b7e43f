"""A tab of the browser, whose own clock measures how long after a click something is seen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from mlcore.runs import RunFolder, RunStore
from tests.browser.server import DESKTOP, FLAGS, App, start_app, stop_runs, wait_settled
from tests.chromium import find_chromium

__all__ = ["LONG", "Wait", "browser", "button", "click", "press_train", "serve", "stop", "tab"]

LONG = {
    "data.name": "digits",
    "data.batch_size": 16,
    "train.epochs": 10_000,
    "train.device": "cpu",
}
"""Settings of a run on the bundled digits that does not end by itself."""

SECONDS = 60.0  # after which a figure is given up, on a machine however busy
_CLOCK = Path(__file__).with_name("clock.js").read_text()

Wait = Sequence[str]
"""A condition of clock.js by name, and its arguments."""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, started and ended."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield chromium
        chromium.close()


@contextlib.contextmanager
def serve(folder: Path, data: Path, runs: Path | None = None) -> Iterator[App]:
    """A server of the app; its runs end with it."""
    app = start_app(folder, data, runs=runs)
    try:
        yield app
    finally:
        app.stop()
        stop_runs(app.runs)


@contextlib.contextmanager
def tab(browser: Browser, address: str = "", **settings: object) -> Iterator[Page]:
    """A tab of a fresh profile at an address of the app, wholly loaded; closed in the end."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    context.add_init_script(_CLOCK)
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1_000)
    if address:
        page.goto(f"{address}/?{urlencode(settings)}")
        wait_settled(page)
        page.wait_for_function("window.Plotly")  # loaded ahead of the first chart
    yield page
    context.close()


def button(page: Page, key: str) -> Locator:
    """The button with this key; while the page is drawn again the one before may be there too."""
    return page.locator(f".st-key-{key} button:visible:enabled").last


def click(page: Page, target: Locator, *waits: Wait) -> list[float]:
    """Click; for each condition, milliseconds until a frame showed it."""
    target.wait_for()
    page.evaluate("waits => window.__watch(waits)", [list(wait) for wait in waits])
    target.click()
    times: list[float] = page.evaluate("() => window.__times")
    return times


def press_train(page: Page) -> float:
    """Click on Train; milliseconds until the chart has a point of the new run."""
    before = page.evaluate("() => new URL(location.href).searchParams.get('run') ?? ''")
    return click(page, button(page, "train"), ("points", before))[0]


def stop(page: Page) -> float:
    """Click on Stop; milliseconds until the page says that the run has stopped."""
    return click(page, button(page, "stop"), ("badge", "Stopped"))[0]


def newest(runs: Path) -> RunFolder:
    """The run that was started last."""
    return RunFolder(RunStore(runs).list()[0].path)
