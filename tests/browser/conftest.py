"""The real app in a real browser: each test gets its own server, runs folder and page.

    def test_something(app, page):
        page.goto(app().url)

Set MLCORE_SHOTS to a folder to keep the screenshots that tests take.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.forking import Forked
from tests.browser.noise import SERVER_GONE, Noise
from tests.browser.server import (
    DESKTOP,
    FLAGS,
    OFFLINE,
    App,
    start_app,
    stop_runs,
    wait_settled,
)

PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000  # ms; a busy machine is no failure, and the first start imports torch

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def noise() -> Iterator[Noise]:
    """What the browser's console and the server's log say; the test fails unless it is nothing.

    A test that provokes something on purpose names it: `noise.expect("disk is full")`.
    """
    noise = Noise()
    yield noise
    assert not (heard := noise.unexpected()), "\n".join(heard)


@pytest.fixture
def app(tmp_path: Path, noise: Noise) -> Iterator[Callable[..., App]]:
    """Start servers: `app(data=folder)`; without `data`, with an empty data folder.

    The process is forked from one that has loaded what the app imports, unless `as_a_person`: then
    it is started as the README says. More of `start_app`'s arguments may be given; a second call
    with the same `folder` is the same app started again.
    """
    started: list[App] = []

    def start(
        data: Path | None = None,
        folder: Path | None = None,
        *,
        as_a_person: bool = False,
        **more: Any,
    ) -> App:
        folder = folder or tmp_path / "app"
        begin = {} if as_a_person else {"begin": Forked}
        started.append(start_app(folder, data or folder / "data", **begin, **more))
        return started[-1]

    yield start
    if not all(one.alive for one in started):  # the test has ended one: its pages say so
        noise.expect(SERVER_GONE)
    for one in started:
        one.stop()
        stop_runs(one.runs)
    for log in {one.log for one in started}:
        noise.read(log)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, noise: Noise) -> Iterator[Page]:
    """A page of a fresh browser profile, in the light theme, 1400 × 900."""
    context = browser.new_context(
        viewport=DESKTOP, color_scheme="light", accept_downloads=True, reduced_motion="reduce"
    )
    noise.listen(context)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


@pytest.fixture
def offline() -> Mapping[str, str]:
    """Environment in which no download can succeed: `app(env=offline)`."""
    return OFFLINE


@pytest.fixture
def settled() -> Callable[[Page], None]:
    return wait_settled


@pytest.fixture
def shots(tmp_path: Path) -> Callable[[Page, str], list[Path]]:
    """Take a page in the light, in the dark and on a phone: `shots(page, "data")`."""
    folder = Path(os.environ.get("MLCORE_SHOTS") or tmp_path)

    def take(page: Page, name: str) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for look, scheme, size in (
            ("dark", "dark", DESKTOP),
            ("light", "light", DESKTOP),
            ("phone", "light", PHONE),
        ):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            wait_settled(page)
            files.append(folder / f"{name}-{look}.png")
            page.screenshot(path=files[-1], animations="disabled")
        page.set_viewport_size(DESKTOP)
        return files

    return take
