"""A learning rate is found beside its slider, watched, used and trained with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

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
    page.goto(f"{app().url}/?{QUICK}")
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
    rate = re.search(r"[\d.e-]+", use.inner_text().replace("Use", ""))
    assert rate
    use.click()
    expect(finder).to_contain_text("✓ Set in the sidebar")
    typed = page.locator(".st-key-pair-optim\\.lr input[type=text]:visible").last
    expect(typed).to_have_value(rate[0])
    click_train(page)
    wait_for_steps(page, 20)
    expect(page.get_by_test_id("stMain")).to_contain_text(rate[0])
    button(page, "rate-close").click()
    expect(finder).to_have_count(0)


def test_on_a_phone_the_sidebar_makes_room(app, page, settled):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app().url}/?{QUICK}")
    settled(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    button(page, "find-rate").click()
    expect(page.locator("[data-testid=stSidebar][data-collapsed=true]")).to_have_count(1)
    expect(button(page, "rate-use")).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
