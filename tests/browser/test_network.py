"""The network is drawn while it trains, after a single step, and for a checkpoint."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mlcore.runs import RunStore
from tests.browser.driving import LONG, badge, button, click_train

pytestmark = pytest.mark.browser

PIXELS = "document.querySelector('.net .net-unit canvas').toDataURL()"


def step_drawn(page: Page) -> int:
    return int(page.locator(".net").get_attribute("data-step") or 0)


def wait_for_step(page: Page, more_than: int) -> int:
    page.wait_for_function(
        "least => Number(document.querySelector('.net')?.dataset.step ?? 0) > least", arg=more_than
    )
    return step_drawn(page)


def wait_for_other_pixels(page: Page, than: str) -> None:
    page.wait_for_function(f"than => {PIXELS} !== than", arg=than)


def test_the_network_moves_while_it_trains_and_shows_what_one_step_changed(app, page, settled):
    server = app()
    page.goto(f"{server.url}/?{LONG}&optim.lr=0.1")
    settled(page)
    units = page.locator(".net .net-unit")
    expect(units).to_have_count(42)  # 16 of 128, 16 of 64, 10 classes: before any run
    assert step_drawn(page) == 0
    untrained = page.evaluate(PIXELS)

    click_train(page)
    first = wait_for_step(page, 0)
    wait_for_other_pixels(page, untrained)
    once = page.evaluate(PIXELS)  # of that step, or of one after it
    wait_for_step(page, first)
    wait_for_other_pixels(page, once)

    button(page, "pause").click()
    badge(page, "Paused")
    button(page, "next-step").click()
    expect(page.locator(".st-key-how-far").last).to_contain_text(re.compile(r"[Ss]tep"))
    page.locator(".st-key-network-view").get_by_text("What the last step changed").click()
    expect(page.get_by_text(re.compile(r"Step [\d,]+ changed a drawn weight by"))).to_be_visible()
    expect(page.locator(".net")).to_have_attribute("data-view", "change")
    expect(page.get_by_text("the gradient of the batch's loss")).to_be_visible()
    before = step_drawn(page)
    button(page, "network-step").click()
    assert wait_for_step(page, before) == before + 1

    page.locator(".net .net-unit").first.focus()
    page.keyboard.press("ArrowRight")
    card = page.locator(".net-card")
    expect(card).to_be_visible()
    expect(card).to_contain_text("fc2, unit")
    expect(card).to_contain_text("Strongest inputs")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    page.locator(".st-key-network-open summary, [class*=st-key-network-open] summary").first.click()
    expect(page.locator(".net")).to_have_count(0)
    button(page, "stop").click()
    badge(page, "Stopped")
    (info,) = RunStore(server.runs).list()
    page.goto(f"{server.url}/test?run={info.id}&part=network")
    settled(page)
    expect(page.locator(".net .net-unit")).to_have_count(42)
    last = page.evaluate(PIXELS)
    slider = page.locator("[class*=st-key-drawn-moment] input[type=range]")
    slider.focus()
    page.keyboard.press("Home")  # the untrained network
    wait_for_other_pixels(page, last)
