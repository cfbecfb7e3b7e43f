"""A hundred runs of 20,000 steps in the runs folder: how soon the app starts and lists them."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.events import Finished
from mlcore.runs import Recorder, RunStore
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.refresh import events, started
from tests.benchmarks.page.tab import serve, tab

__all__ = ["measure"]

_RUNS, _STEPS = 100, 20_000
_AIM = 2_000.0  # ms
_LISTED = """async () => {
  const listed = () => {
    const list = document.querySelector(".st-key-run-choice [data-testid=stSelectbox]");
    const shown = list && `${list.textContent} ${list.querySelector("input")?.value}`;
    return shown && list.getClientRects().length && shown.includes("run 100");
  };
  while (!listed()) await new Promise(requestAnimationFrame);
  return performance.now();  // from the start of the navigation
}"""


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """Each round starts another server, loads the page in a fresh profile, and loads it again."""
    make(folder / "runs")
    start = Figure("server start → listening", "ms")
    cold = Figure("page load → list, first of a server", "ms", _AIM)
    warm = Figure("page load → list, again", "ms", _AIM)
    both = Figure("server start → list", "ms", _AIM)
    for _ in range(rounds):
        begun = time.perf_counter()
        with serve(folder, data_root(DataConfig())) as app, tab(browser) as page:
            start.add(1_000 * (time.perf_counter() - begun))
            cold.add(_load(page, f"{app.url}/?data.name=digits"))
            both.add(start.values[-1] + cold.values[-1])
            warm.add(_load(page, f"{app.url}/?data.name=digits"))
            _check(page)
    return [start, cold, both, warm]


def make(root: Path) -> None:
    """A hundred finished runs, written by the project's own recorder."""
    store = RunStore(root)
    trained = [*events(1, _STEPS)]
    epochs = trained[-1].epoch
    config = RunConfig(data=DataConfig(name="digits"))
    for number in range(_RUNS):
        run = store.create(config, name=f"run {number + 1}")
        with Recorder(run) as recorder:
            write_worker(run.path, WorkerRecord.mine())
            recorder.record(started(epochs))
            for event in trained:
                recorder.record(event)
            recorder.record(
                Finished(step=_STEPS, epoch=epochs, seconds=20.0, test_loss=0.1, test_accuracy=0.97)
            )


def _load(page: Page, address: str) -> float:
    """Milliseconds from the start of the navigation until the list of runs is there."""
    page.goto(address, wait_until="commit")
    listed: float = page.evaluate(_LISTED)
    return listed


def _check(page: Page) -> None:
    """The oldest run is in the list too."""
    page.locator(".st-key-run-choice input").fill("run 1 ")
    page.get_by_role("option", name=re.compile("^run 1 ")).wait_for()
