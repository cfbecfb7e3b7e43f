"""Several seeds of the same settings, and two groups of them compared, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving import button, run_of, wait_for_other_run

pytestmark = pytest.mark.browser

DIGITS = (
    "data.name=digits&data.batch_size=32&data.validation=200&train.epochs=3&train.device=cpu"
    "&optim.name=adam&optim.lr="
)


def train_five(page, settled, before=""):
    """Press "× 5 seeds", and wait until all have finished."""
    page.locator(".st-key-seeds button").first.click()
    expect(button(page, "train-seeds")).to_have_text(re.compile("Train 5 runs"))
    settled(page)
    button(page, "train-seeds").click()
    wait_for_other_run(page, before)
    expect(button(page, "train-seeds")).to_have_count(0)  # the form has closed
    expect(page.locator(".st-key-group")).to_contain_text("5 of 5 runs finished", timeout=90_000)


def test_five_seeds_are_drawn_as_a_band_and_two_groups_are_compared(app, page, settled, shots):
    server = app()
    page.goto(f"{server.url}/?{DIGITS}0.003")
    settled(page)
    expect(page.locator(".st-key-seeds button").first).to_have_text(re.compile("× 5 seeds"))
    train_five(page, settled)
    group = page.locator(".st-key-group")
    expect(group.get_by_test_id("stMetric").last).to_contain_text(
        re.compile(r"Test accuracy\s*\d+\.\d\d\s±\s\d+\.\d\d\s%\s*n = 5")
    )
    chart = page.locator(".st-key-group-chart .live-chart")
    expect(chart).to_have_attribute("aria-label", re.compile(r"after epoch 3\b.* over 5 runs"))
    expect(chart.locator(".fills path.js-fill")).to_have_count(1)
    group.get_by_text("All curves").click()
    expect(chart.locator(".scatterlayer .trace")).to_have_count(6)  # five runs and their mean
    shots(page, "seeds")

    page.goto(f"{server.url}/?{DIGITS}0.0001")
    settled(page)
    train_five(page, settled, run_of(page))
    page.get_by_test_id("stSidebar").get_by_role("link", name="Runs").click()
    rows = page.locator(".runs-table tbody tr")
    expect(rows).to_have_count(2)
    rows.first.locator("th > *").first.click()
    expect(rows).to_have_count(7)  # it has opened
    rows.first.get_by_role("checkbox").check()
    expect(page.locator(".st-key-runs-selected")).to_contain_text("5 runs selected")
    rows.last.get_by_role("checkbox").check()
    expect(page.locator(".st-key-runs-selected")).to_contain_text("10 runs selected")
    page.get_by_role("radio", name="Seeds and verdict").click()
    verdict = page.locator(".st-key-verdict")
    expect(verdict).to_contain_text(re.compile(r"is better than .* points of accuracy \(95.%: "))
    expect(verdict).to_contain_text("paired t-test over 5 common seeds")
    expect(page.locator(".st-key-group-chart .live-chart .fills path.js-fill")).to_have_count(2)
    shots(page, "verdict")
