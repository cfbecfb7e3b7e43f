"""A class of thirty: each opens the page, all press Train together, and every page ends well."""

from __future__ import annotations

import asyncio

import pytest

from mlcore.runs import RunStore
from tests.browser.tab_client import Tab, open_tabs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TABS = 30
SETTINGS = "data.name=digits&train.epochs=2"
LONG = 600.0  # seconds; a busy machine is no failure


async def _train(url: str) -> list[Tab]:
    async with open_tabs(url, TABS, SETTINGS) as tabs:

        def drawn() -> bool:  # a page that opens later shows the run that trains by then
            return all(tab.button("train") is not None for tab in tabs)

        async def press(tab: Tab) -> None:
            await tab.until(drawn, "every page drawn", LONG)
            await tab.click("train", LONG)

        async def end(tab: Tab) -> None:
            await tab.until(lambda: bool(tab.run), "a run in the address", LONG)
            await tab.until(lambda: tab.shows("Finished"), "“Finished”", LONG)

        await asyncio.gather(*(press(tab) for tab in tabs))
        await asyncio.gather(*(end(tab) for tab in tabs))
        return list(tabs)


def test_thirty_tabs_that_press_train_together_get_a_run_each_and_see_it_finish(app):
    server = app()
    tabs = asyncio.run(_train(server.url))
    assert [error for tab in tabs for error in tab.errors] == []
    runs = RunStore(server.runs).list()
    assert [run.state for run in runs] == ["finished"] * TABS
    assert {tab.run for tab in tabs} == {run.id for run in runs}
    assert "Traceback" not in server.log.read_text()
