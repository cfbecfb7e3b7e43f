"""A learning rate is found beside its slider, watched, used and trained with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from mlcore.runs import RunStore
from tests.browser.driving import button, click_train, wait_for_steps

pytestmark = pytest.mark.browser
QUICK = "data.name=digits&data.batch_size=32&model.hidden=512,256&train.device=cpu&train.epochs=3"


def reached(page: Page, more_than: float) -> None:
    """Wait until the curve has reached more than this rate."""
    page.wait_for_function(
        "least => Number(document.querySelector('.st-key-rate-chart .live-chart')"
        "?.dataset.last ?? 0) > least",
        arg=more_than,
    )


def test_a_rate_is_found_watched_used_and_trained_with(app, page, settled):
    server = app()
    page.goto(f"{server.url}/?{QUICK}")
    settled(page)
    button(page, "find-rate").click()
    finder = page.locator(".st-key-rate-finder").last
    expect(finder).to_contain_text("a throw-away model trains while the rate grows")
    reached(page, 1e-6)
    expect(button(page, "rate-stop")).to_be_visible()
    reached(page, 1e-4)
    use = button(page, "rate-use")
    expect(use).to_be_visible()
    expect(finder).to_contain_text("The smoothed loss fell from")
    (rate,) = re.findall(r"Use (\S+)", use.inner_text())
    use.click()
    expect(finder).to_contain_text("✓ Set in the sidebar")
    expect(page.locator("[class*='st-key-optim-lr'] input:visible").last).to_have_value(rate)
    run = click_train(page)
    wait_for_steps(page, 20)
    assert RunStore(server.runs).get(run).config.optim.lr == float(rate)
    button(page, "rate-close").click()
    expect(page.locator(".st-key-rate-finder")).to_have_count(0)

    page.set_viewport_size({"width": 390, "height": 844})  # the sidebar lies over the page
    page.goto(f"{server.url}/?{QUICK}")
    settled(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    button(page, "find-rate").click()
    expect(page.locator("[data-testid=stSidebar][data-collapsed=true]")).to_have_count(1)
    expect(button(page, "rate-use")).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
