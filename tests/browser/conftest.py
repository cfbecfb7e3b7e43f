"""The real app in a real browser: each test gets its own server, runs folder and page.

    def test_something(app, page):
        page.goto(app().url)

Set MLCORE_SHOTS to a folder to keep the screenshots that tests take.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mlcore.runs import ENDED, RunStore
from mlcore.runs.queue import RunQueue

PROJECT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1400, "height": 900}
NOWHERE = "http://127.0.0.1:9"  # nothing listens there, so every download is refused at once
OFFLINE = {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "no_proxy": ""} | {
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "NO_PROXY": "",
}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=20_000)  # a busy machine is no failure


@dataclass
class App:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path  # its working directory
    runs: Path
    log: Path  # what it wrote to stdout and stderr

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, number: int = signal.SIGINT) -> None:
        """End the server (and nothing but it), and wait until it is gone."""
        if not self.alive:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll a condition; fail with `what` when it never holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} within {seconds} s"
        time.sleep(0.05)


def _healthy(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).status == 200)
    return False


def start_app(
    folder: Path, data: Path, runs: Path | None = None, env: Mapping[str, str] | None = None
) -> App:
    """Start the app as a person would, with its own working directory, data and runs."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".streamlit").exists():
        (folder / ".streamlit").symlink_to(PROJECT / ".streamlit")
    port, log = free_port(), folder / "server.log"
    runs = runs or folder / "runs"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard" / "app.py")),
                *("--server.headless", "true", "--server.port", str(port)),
            ],
            cwd=folder,
            env=os.environ | {"MLCORE_RUNS": str(runs), "MLCORE_DATA": str(data), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    app = App(f"http://localhost:{port}", process, folder, runs, log)
    try:
        wait_for(lambda: not app.alive or _healthy(app.url), 60, "the server answers")
        assert app.alive, log.read_text()
    except BaseException:
        app.stop(signal.SIGKILL)
        raise
    return app


def stop_runs(runs: Path) -> None:
    """Stop what still trains: runs outlive their server, but should not outlive their test."""
    store = RunStore(runs)
    for info in store.list():
        folder = store.get(info.id)
        if folder.state() in ("queued", "running", "paused"):
            RunQueue(runs).end(folder, 20)
            wait_for(lambda folder=folder: folder.state() in ENDED, 20, f"{info.id} stops")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Start servers: `app(data=folder)`; without `data`, with an empty data folder.

    More of `start_app`'s arguments may be given; a second call with the same `folder` is the same
    app started again.
    """
    started: list[App] = []

    def start(data: Path | None = None, folder: Path | None = None, **more: Any) -> App:
        folder = folder or tmp_path / "app"
        started.append(start_app(folder, data or folder / "data", **more))
        return started[-1]

    yield start
    for one in started:
        one.stop()
        stop_runs(one.runs)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh browser profile, in the light theme, 1400 × 900."""
    context = browser.new_context(
        viewport=DESKTOP, color_scheme="light", accept_downloads=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.fixture
def offline() -> Mapping[str, str]:
    """Environment in which no download can succeed: `app(env=offline)`."""
    return OFFLINE


@pytest.fixture
def settled() -> Callable[[Page], None]:
    return wait_settled


def wait_settled(page: Page) -> None:
    """Wait until the app has drawn and no script is running."""
    page.locator("[data-testid=stApp]").wait_for()
    expect(page.get_by_test_id("stSidebar")).to_be_attached()
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        ".getAttribute('data-test-script-state') === 'notRunning'"
        " && !document.querySelector('[data-testid=stSkeleton]')",
        timeout=60_000,
    )


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
