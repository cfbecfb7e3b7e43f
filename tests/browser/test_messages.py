"""Browser and server speak past each other: what was sent before the other's word had arrived."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mlcore.run import execute
from mlcore.runs import RunStore
from tests.browser.noise import Noise
from tests.dashboard.train_page import CONFIG

pytestmark = pytest.mark.browser

Start = Callable[..., Any]


class Line:
    """A page's line to the server, on which a message can be sent again later."""

    def __init__(self, page: Page) -> None:
        self.refreshes: list[bytes] = []
        self.finished = 0
        self.while_it_runs: bytes | None = None
        page.route_web_socket(re.compile("_stcore/stream"), self._open)

    def say(self, message: bytes) -> None:
        """Give the page a message as if it were the server's."""
        self._browser.send(message)

    def _open(self, browser: WebSocketRoute) -> None:
        self._browser = browser
        self._server = browser.connect_to_server()
        self._server.on_message(lambda message: self._said(browser, message))
        browser.on_message(self._asked)

    def _asked(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        if BackMsg.FromString(message).rerun_script.is_auto_rerun:
            self.refreshes.append(message)
        self._server.send(message)

    def _said(self, browser: WebSocketRoute, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        kind = ForwardMsg.FromString(message).WhichOneof("type")
        if kind == "script_finished":
            self.while_it_runs = None
        elif self.while_it_runs is not None:
            self._server.send(self.while_it_runs)
        browser.send(message)
        self.finished += kind == "script_finished"


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait, while the page's messages are passed on."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail("it never happened")


def test_a_refresh_of_the_page_before_that_comes_late_leaves_the_next_page_as_it_is(
    app: Start, page: Page, settled: Callable[[Page], None], tmp_path: Path
) -> None:
    run = RunStore(tmp_path / "app" / "runs").create(CONFIG)
    execute(run)
    line = Line(page)
    page.goto(f"{app().url}/checkpoints")
    settled(page)
    line.refreshes.clear()
    until(page, lambda: bool(line.refreshes))
    settled(page)
    line.while_it_runs = line.refreshes[-1]
    before = line.finished
    page.get_by_test_id("stSidebarNav").get_by_text("Test", exact=True).click()
    figures = page.locator(".st-key-figures [data-testid=stMetric]").first
    expect(figures).to_be_visible()
    until(page, lambda: line.finished >= before + 2)
    settled(page)
    expect(figures).to_be_visible()


@pytest.mark.parametrize("first", [0, 1])
def test_two_clicks_in_one_moment_are_both_seen(
    app: Start, page: Page, settled: Callable[[Page], None], first: int
) -> None:
    """One in a fragment, one outside it: the browser's one message names the fragment alone."""
    page.goto(f"{app().url}/?data.name=digits")
    expect(page.get_by_text("Test image 0 is a").first).to_be_visible()
    settled(page)
    both = [".st-key-network-next button", ".st-key-language-buttons button:last-of-type"]
    page.evaluate(
        "both => both.forEach((one) => document.querySelector(one).click())",
        [both[first], both[1 - first]],
    )
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_test_id("stSidebarNav")).to_contain_text("训练")
    number = ".st-key-network-open [data-testid=stTextInput] input"
    page.wait_for_function(
        "number => [...document.querySelectorAll(number)].at(-1)?.value === '1'", arg=number
    )


def test_a_page_that_the_frontend_has_given_up_is_loaded_again_once(
    app: Start, page: Page, settled: Callable[[Page], None], noise: Noise
) -> None:
    noise.expect("delta path|when disconnected from server|frames: ")
    line = Line(page)
    page.goto(f"{app().url}/checkpoints?lang=zh-CN")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    settled(page)
    with page.expect_event("load"):
        line.say(impossible())
    expect(heading).to_be_visible()
    settled(page)
    assert "lang=zh-CN" in page.url
    line.say(impossible())  # the next one is no accident
    expect(page.locator("#root")).to_be_empty()


def impossible() -> bytes:
    """Something for a place that no page has."""
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, 1000])
    message.delta.new_element.markdown.body = "lost"
    return message.SerializeToString()
