"""Thirty sessions that watch one run: its pace, the server's memory, an answer to a click.

The sessions speak the page's protocol without a browser (`tests.browser.tab_client`), on the same
machine: what they cost is counted against the run too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from playwright.sync_api import Browser

from mlcore.config import DataConfig, data_root
from mlcore.data import status
from mlcore.runs import History, RunFolder
from tests.benchmarks.page.figures import Figure
from tests.benchmarks.page.tab import newest, serve
from tests.browser.server import App
from tests.browser.tab_client import Tab, open_tabs

__all__ = ["measure"]

_TABS = 30
_SECONDS = 10.0  # over which a pace is measured
_SETTLING = 8.0  # seconds until all sessions are drawn, and refresh at the pace of many
_PACE, _ANSWER, _MEMORY = 80.0, 1_000.0, 10.0  # the aims: %, ms, MB


def measure(_browser: Browser, folder: Path, rounds: int) -> list[Figure]:
    """Each round measures the pace without sessions, then with them, on one server and run."""
    data = data_root(DataConfig())
    name = "mnist" if status("mnist", data).usable else "digits"
    share = Figure(f"pace with {_TABS} sessions / alone", "%", _PACE, least=True)
    refresh = Figure("between two refreshes of a session", "s")
    memory = Figure("server's memory, a session", "MB", _MEMORY)
    pause = Figure(f"Pause → acknowledged, {_TABS} sessions", "ms", _ANSWER)
    go_on = Figure(f"Continue → acknowledged, {_TABS} sessions", "ms", _ANSWER)
    with serve(folder, data) as app:
        _run(_start(app, f"data.name={name}&train.epochs=10000&train.device=cpu"))
        run = newest(app.runs)
        for _ in range(rounds):
            _run(_round(app, run, share, refresh, memory, pause, go_on))
    return [share, refresh, memory, pause, go_on]


def _run(deeds: Coroutine[None, None, None]) -> None:
    """In a thread of its own: Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, deeds).result()


async def _start(app: App, settings: str) -> None:
    async with open_tabs(app.url, 1, settings) as (tab,):
        await tab.click("train")
        await tab.until(lambda: tab.shows("Training"), "“Training”")


async def _round(
    app: App,
    run: RunFolder,
    share: Figure,
    refresh: Figure,
    memory: Figure,
    pause: Figure,
    go_on: Figure,
) -> None:
    await asyncio.sleep(_SETTLING)  # sessions of the round before are forgotten
    alone, before = await _pace(run), _memory(app)
    async with open_tabs(app.url, _TABS, f"run={run.id}") as tabs:
        for tab in tabs:
            await tab.until(lambda tab=tab: bool(tab.charts), "a chart")  # type: ignore[misc]
        await asyncio.sleep(_SETTLING)
        drawn = [len(tab.charts) for tab in tabs]
        share.add(100 * await _pace(run) / alone)
        counts = [len(tab.charts) - then for tab, then in zip(tabs, drawn, strict=True)]
        refresh.add(_SECONDS * _TABS / max(sum(counts), 1))
        memory.add((_memory(app) - before) / _TABS)
        pause.add(await _click(tabs[0], "pause", lambda: tabs[0].shows("Paused")))
        go_on.add(await _click(tabs[0], "continue", lambda: tabs[0].shows("Training")))


async def _pace(run: RunFolder) -> float:
    """Steps a second, by the run's own history."""
    history = History(run)
    history.refresh()
    first, begun = history.step, time.monotonic()
    await asyncio.sleep(_SECONDS)
    history.refresh()
    return (history.step - first) / (time.monotonic() - begun)


async def _click(tab: Tab, key: str, answered: Callable[[], bool]) -> float:
    await tab.until(lambda: tab.button(key) is not None, f"a button “{key}”")
    begun = time.monotonic()
    await tab.click(key)
    await tab.until(answered, f"an answer to “{key}”")
    return 1_000 * (time.monotonic() - begun)


def _memory(app: App) -> float:
    """Megabytes that the server's own process holds."""
    return float(psutil.Process(app.process.pid).memory_info().rss) / 1e6
