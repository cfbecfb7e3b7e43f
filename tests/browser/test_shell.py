"""Navigation, sidebar, address bar and the first start without a network, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import button

pytestmark = pytest.mark.browser

Start = Callable[..., Any]
Settled = Callable[[Page], None]


def number(page: Page, key: str) -> Any:
    return page.locator(f".st-key-{key} input").last


def test_settings_survive_page_change_and_refresh_and_travel_in_a_link(
    app: Start, page: Page, settled: Settled
) -> None:
    url = app().url
    page.goto(f"{url}/data?data.name=digits")
    settled(page)
    number(page, "optim-lr").fill("0.0123")
    number(page, "optim-lr").press("Enter")
    expect(page).to_have_url(re.compile(r"optim\.lr=0\.0123"))
    for name in ("Train", "Data"):
        page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
        settled(page)
        expect(number(page, "optim-lr")).to_have_value("0.0123")
        expect(page).to_have_url(re.compile(r"optim\.lr=0\.0123"))
    page.reload()
    settled(page)
    expect(number(page, "optim-lr")).to_have_value("0.0123")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(number(page, "optim-lr")).to_have_value("0.003")
    expect(page).not_to_have_url(re.compile(r"optim\.lr"))


def test_without_a_network_the_app_starts_on_the_bundled_digits_and_says_so(
    app: Start, page: Page, settled: Settled, offline: Mapping[str, str], shots: Any
) -> None:
    page.goto(app(env=offline).url)
    notice = page.locator(".st-key-offline")
    expect(notice).to_contain_text("digits that come with it", timeout=60_000)
    expect(page).to_have_url(re.compile(r"data\.name=digits"))
    expect(button(page, "train")).to_be_enabled()
    shots(page, "offline")
    page.locator(".st-key-fetch-again button").click()
    expect(notice).to_contain_text("digits that come with it", timeout=60_000)
    page.get_by_test_id("stSidebarNav").get_by_text("Data", exact=True).click()
    expect(page.get_by_test_id("stMain").get_by_role("heading", name="Digits")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.mnist
def test_the_data_page_shows_mnist_in_light_in_dark_and_on_a_phone(
    app: Start, page: Page, settled: Settled, mnist_root: Path, shots: Any
) -> None:
    page.goto(app(data=mnist_root).url + "/data")
    settled(page)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name="MNIST")).to_be_visible()
    expect(main.locator(".samples img")).to_have_count(10)
    expect(main.locator(".js-plotly-plot")).to_have_count(5)
    for file in shots(page, "data"):
        assert file.stat().st_size > 10_000
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_sidebar_refuses_in_a_sentence_and_keeps_the_page(
    app: Start, page: Page, settled: Settled
) -> None:
    page.goto(f"{app().url}/data?data.name=digits&optim.lr=-3")
    settled(page)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_contain_text("From the link: Learning rate must be a number above 0")
    page.locator(".st-key-group-model summary").click()
    field = page.locator(".st-key-model-hidden input")
    field.fill("12 cats")
    field.press("Enter")
    expect(sidebar).to_contain_text("but got 'cats'")
    expect(page.get_by_test_id("stMain")).to_contain_text("Samples of each class")
    field.fill("12")
    field.press("Enter")
    expect(sidebar).not_to_contain_text("cats")
    expect(page).to_have_url(re.compile(r"model\.hidden=12"))
    sidebar.get_by_role("link", name="Checkpoints", exact=True).click()
    expect(page).to_have_url(re.compile("/checkpoints"))
    expect(field).to_have_value("12")  # the group stays open on all pages
    page.locator(".st-key-group-model summary").click()
    expect(field).to_have_count(0)
    sidebar.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_test_id("stMain")).to_contain_text("Samples of each class")
    expect(field).to_have_count(0)
    expect(page).to_have_url(re.compile(r"model\.hidden=12"))
