"""A run in plain words, in a real browser: what is wrong with it, and what one click sets."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from mlcore.runs import RunStore
from tests.browser.driving import button, click_train

pytestmark = pytest.mark.browser

HIGH = (
    "data.name=digits&data.validation=200&data.batch_size=32&optim.lr=5&train.epochs=6"
    "&train.device=cpu"
)


def test_a_rate_far_too_high_is_named_and_one_click_sets_a_better_one(app, page):
    server = app()
    page.goto(f"{server.url}/?{HIGH}")
    first = click_train(page)
    words = page.locator(".st-key-finding-words")
    expect(words).to_contain_text("each step leaps over what it should reach")
    title = button(page, "finding-learning_rate_too_high")
    title.focus()
    title.press("Enter")
    expect(page.locator(".live-chart .shapelayer path").first).to_be_visible()
    expect(page.locator(".st-key-standing")).to_contain_text("Finished")
    button(page, "try-learning_rate_too_high").click()
    expect(words).to_contain_text("Set in the sidebar")
    expect(page.locator(".st-key-optim-lr input").last).to_have_value("0.1")
    second = click_train(page, first)
    expect(words).to_contain_text("has fallen from")
    rates = {info.id: info.config.optim.lr for info in RunStore(server.runs).list()}
    assert (rates[first], rates[second]) == (5.0, 0.1)
