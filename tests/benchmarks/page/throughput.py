"""Images per second of a run while its page is open and draws, beside the same run headless."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import status
from mlcore.presets import PAGE_PRESET, PRESETS
from mlcore.runs import ENDED, History, RunFolder, read_state
from mlcore.runs.active.threads import thread_budget
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import LONG, newest, press_train, serve, stop, tab
from tests.browser.server import PROJECT, App, wait_for

__all__ = ["measure"]

_AIM = 90.0  # per cent of the headless pace
_EPOCHS = {"mnist": 24, "digits": 400}
_PATIENCE = 300.0


def measure(browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """Pace and share of it for two presets, on the threads that the page gives a run.

    Not on all cores: the page and the browser need some too, and two threads that wait for each
    other on a core that a third program uses train several times slower than one.
    """
    data = data_root(DataConfig())
    figures = []
    with serve(folder, data) as app:
        with tab(browser, app.url, **LONG) as page:  # the first run of a server imports torch
            press_train(page)
            stop(page)
        for name, config in _settings(data).items():
            figures += _alternate(browser, app, name, config, rounds)
    return figures


def _settings(data: Path) -> dict[str, RunConfig]:
    """Two presets on MNIST where it is, else the bundled digits; by name."""
    name = "mnist" if status("mnist", data).usable else "digits"
    presets = (PAGE_PRESET, "Adam") if name == "mnist" else ("Offline digits",)
    fixed = {"train.epochs": _EPOCHS[name], "train.threads": thread_budget(), "train.device": "cpu"}
    return {preset: PRESETS[preset].with_values(fixed) for preset in presets}


def _alternate(
    browser: Browser, app: App, name: str, config: RunConfig, rounds: int
) -> list[Figure]:
    threads = config.train.threads
    about = f"{name}, {threads} thread{'s' if threads > 1 else ''}"
    alone = Figure(f"{about}: headless", "images/s")
    drawn = Figure(f"{about}: page open", "images/s")
    share = Figure(f"{about}: page open / headless", "%", _AIM, least=True)
    settings = config.flat()
    settings = {name: settings[name] for name in ("data.name", *_asked(config))}
    for number in range(rounds):
        pace = {}
        for kind in (("alone", "drawn"), ("drawn", "alone"))[number % 2]:
            if kind == "alone":
                pace[kind] = _headless(config, app)
            else:
                with tab(browser, app.url, **settings) as page:
                    pace[kind] = _with_page(page, app.runs)
        alone.add(pace["alone"])
        drawn.add(pace["drawn"])
        share.add(100 * pace["drawn"] / pace["alone"])
    return [alone, drawn, share]


def _asked(config: RunConfig) -> list[str]:
    """Names of the settings that a link must carry."""
    usual, here = RunConfig().flat(), config.flat()
    return [name for name, value in here.items() if value != usual[name]]


def _headless(config: RunConfig, app: App) -> float:
    """The pace of `mlcore train` with these settings; no page is open."""
    with tempfile.TemporaryDirectory() as folder:
        values = config.flat()
        options = [
            argument
            for name in ("data.name", *_asked(config))
            for argument in (f"--{name}", *_words(values[name]))
        ]
        subprocess.run(
            [sys.executable, "-m", "mlcore", "train", *options],
            check=True,
            cwd=PROJECT,
            env=os.environ | {"MLCORE_RUNS": folder, "MLCORE_DATA": str(data_root(DataConfig()))},
            stdout=subprocess.DEVNULL,
        )
        return _pace(newest(Path(folder)))


def _words(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _with_page(page: Page, runs: Path) -> float:
    """The pace of a run that the page starts and draws to its end."""
    press_train(page)
    run = newest(runs)
    wait_for(lambda: read_state(run) in ENDED, _PATIENCE, f"{run.id} ends")
    return _pace(run)


def _pace(run: RunFolder) -> float:
    """Images per second by the run's own record, over all of its epochs but the first."""
    history = History(run)
    history.refresh()
    assert history.state == "finished", history.message
    return statistics.harmonic_mean(epoch.images_per_second for epoch in history.epochs[1:])
