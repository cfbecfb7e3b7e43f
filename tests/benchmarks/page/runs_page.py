"""How much later the Runs page is there with a thousand runs than with none."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, OptimConfig, RunConfig, data_root
from mlcore.events import Finished
from mlcore.runs import Recorder, RunStore
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.refresh import events, started
from tests.benchmarks.page.tab import serve, tab
from tests.browser.server import wait_settled

__all__ = ["make", "measure"]

_RUNS, _STEPS = 1_000, 2_000
_AIM = 1_000.0  # ms more than without any run
_THERE = (
    "() => new Promise(done => { const look = () =>"
    " document.querySelector('.runs-table tbody tr, .st-key-invitation h2')"
    " ? done(performance.now()) : requestAnimationFrame(look); look(); })"
)
_RATES = (0.001, 0.003, 0.01, 0.03, 0.1)


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """Each round starts two servers: one with no run, one with a thousand."""
    make(folder / "many" / "runs")
    first = {name: Figure(f"Runs page, first of a server, {name}", "ms") for name in _NAMES}
    again = {name: Figure(f"Runs page, again, {name}", "ms") for name in _NAMES}
    more = Figure("a thousand runs → so much later, first of a server", "ms", _AIM)
    later = Figure("a thousand runs → so much later, again", "ms", _AIM)
    for _ in range(rounds):
        for name in _NAMES:
            (folder / name).mkdir(parents=True, exist_ok=True)
            with serve(folder / name, data_root(DataConfig())) as app, tab(browser) as page:
                address = f"{app.url}/runs?data.name=digits"
                first[name].add(_load(page, address))
                wait_settled(page)  # nobody reloads a page while it is still being drawn
                again[name].add(_load(page, address))
        more.add(first["many"].values[-1] - first["none"].values[-1])
        later.add(again["many"].values[-1] - again["none"].values[-1])
    return [*first.values(), *again.values(), more, later]


_NAMES = ("none", "many")


def make(root: Path, count: int = _RUNS) -> None:
    """Finished runs of several settings; the first is recorded, the others have its history."""
    store = RunStore(root)
    trained = [*events(1, _STEPS)]
    epochs = trained[-1].epoch
    first: Path | None = None
    for number in range(count):
        config = RunConfig(
            data=DataConfig(name="digits"), optim=OptimConfig(lr=_RATES[number % len(_RATES)])
        )
        run = store.create(config, name=f"run {number + 1}")
        if first is not None:
            shutil.copy(first / "events.jsonl", run.path)
            shutil.copy(first / "worker.json", run.path)
            continue
        first = run.path
        with Recorder(run) as recorder:
            write_worker(run.path, WorkerRecord.mine())
            recorder.record(started(epochs))
            for event in trained:
                recorder.record(event)
            recorder.record(
                Finished(step=_STEPS, epoch=epochs, seconds=20.0, test_loss=0.1, test_accuracy=0.97)
            )


def _load(page: Page, address: str) -> float:
    """Milliseconds from the start of the navigation until table or invitation is there."""
    page.goto(address, wait_until="commit")
    there: float = page.evaluate(_THERE)
    return there
