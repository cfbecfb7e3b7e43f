"""A chart that refreshes itself tells nothing of widgets: neither what was, nor what is to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from mlcore.runs import RunStore
from tests.browser.driving import (
    LONG,
    add_to_queue,
    badge,
    button,
    click_train,
    run_of,
    shows_run,
    wait_for_steps,
)
from tests.browser.server import wait_for

pytestmark = pytest.mark.browser


class SlowLine:
    """The line between page and server; what the server says can be held up on it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._slow = False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self.refreshes = 0  # asked for by the page while the line is slow
        page.route_web_socket(lambda url: "_stcore/stream" in url, self._connect)

    def slow(self) -> None:
        self._slow, self.refreshes = True, 0

    def catch_up(self) -> None:
        self._slow = False
        for socket, message in self._held:
            socket.send(message)
        self._held.clear()

    def wait_for_refreshes(self) -> None:
        """Until the page has asked for a refresh and has not heard of what came before it."""

        def asked() -> bool:
            self._page.evaluate("() => new Promise(requestAnimationFrame)")
            return self.refreshes > 1

        wait_for(asked, 30, "the chart asks for refreshes")

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_server(message: str | bytes) -> None:
            if self._slow and isinstance(message, bytes):
                self.refreshes += BackMsg.FromString(message).rerun_script.is_auto_rerun
            server.send(message)

        def to_page(message: str | bytes) -> None:
            if self._slow:
                self._held.append((socket, message))
            else:
                socket.send(message)

        socket.on_message(to_server)
        server.on_message(to_page)


def test_what_the_server_has_set_is_not_taken_back_by_a_refresh(
    app: Callable[..., Any], page: Page
) -> None:
    line = SlowLine(page)
    page.goto(f"{app().url}/?{LONG}")
    first = click_train(page)
    wait_for_steps(page)
    rate = page.locator(".st-key-optim-lr input:visible").last
    rate.fill("0.05")
    rate.press("Enter")
    expect(button(page, "take-back")).to_be_visible()

    line.slow()
    button(page, "take-back").click()
    line.wait_for_refreshes()
    line.catch_up()
    expect(rate).to_have_value("0.003")
    expect(page.locator(".st-key-take-back:visible")).to_have_count(0)

    button(page, "stop").click()
    badge(page, "Stopped")
    line.slow()
    button(page, "train").click()
    line.wait_for_refreshes()
    line.catch_up()
    page.wait_for_function(
        "first => document.querySelector('.live-chart')?.dataset.run > first", arg=first
    )
    badge(page, "Training")
    assert run_of(page) > first
    expect(rate).to_have_value("0.003")


def test_what_a_person_does_is_heard_once_when_a_refresh_overtakes_it(
    app: Callable[..., Any], page: Page
) -> None:
    page.add_init_script(
        "window.lag = 0; const set = window.setTimeout;"
        " window.setTimeout = (act, pause, ...more) => set(act, pause || window.lag, ...more)"
    )
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    run = click_train(page)
    wait_for_steps(page)
    page.evaluate("window.lag = 2500")  # ms until the browser tells of it: the chart is quicker
    button(page, "run-menu").click()
    name = page.locator(f"[class*=st-key-name-{run}] input")
    name.fill("a wide one")
    name.press("Enter")
    shows_run(page, "a wide one")
    page.keyboard.press("Escape")
    second = add_to_queue(page, show=True)
    button(page, "cancel").click()
    expect(button(page, "resume")).to_contain_text("Start it")
    assert {info.id for info in RunStore(server.runs).list()} == {run, second}
    button(page, "run-menu").click()
    button(page, f"delete-run-{second}").click()
    expect(page.locator(".st-key-deleted")).to_contain_text("was deleted")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert {info.id for info in RunStore(server.runs).list()} == {run}
