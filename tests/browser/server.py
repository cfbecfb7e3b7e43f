"""The app as a program: started, waited for, ended. Shared by tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
from playwright.sync_api import Page, expect

from mlcore.runs import ENDED, RunStore, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.worker import read_worker
from mlcore.sweeps import sweep_folders
from mlcore.sweeps.stopping import stop_sweep

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


class Process(Protocol):
    """What is asked of a server's process, as of `subprocess.Popen`."""

    pid: int

    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


@dataclass
class App:
    """A running server."""

    url: str
    process: Process
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


def _begin(
    words: Sequence[str], folder: Path, env: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start `python -m <words>` in a folder, its streams in a log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def start_app(
    folder: Path,
    data: Path,
    runs: Path | None = None,
    env: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    begin: Callable[[Sequence[str], Path, Mapping[str, str], Path], Process] = _begin,
) -> App:
    """Start the app with its own working directory, data and runs.

    The working directory is not the project's, so what Streamlit is told must be found all the
    same; `flags` are more words of the command line; `begin` makes the process,
    by itself the one that a person's command makes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "server.log"
    runs = runs or folder / "runs"
    words = ["streamlit", "run", str(PROJECT / "dashboard" / "app.py"), "--server.headless", "true"]
    words += ["--server.port", str(port), *flags]
    ours = {"MLCORE_RUNS": str(runs), "MLCORE_DATA": str(data)}
    process = begin(words, folder, os.environ | ours | dict(env or {}), log)
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
    try:
        for sweep in sweep_folders(runs):
            stop_sweep(sweep, store)
        for info in store.list():
            folder = store.get(info.id)
            if read_state(folder) in ("queued", "running", "paused"):
                RunQueue(runs).end(folder, 20)
                wait_for(lambda folder=folder: read_state(folder) in ENDED, 20, f"{info.id} stops")
    finally:
        for info in store.list():  # one that a failed test left, and that does not listen
            mark = read_worker(info.path)
            if mark is not None and mark.alive and mark.pid != os.getpid():
                with contextlib.suppress(psutil.NoSuchProcess):  # it ends by itself
                    psutil.Process(mark.pid).terminate()


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
