"""A link to one experiment: opened, run, seen to the end, and linked on, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import button
from tests.browser.shifts import forget, shifts, watch

pytestmark = pytest.mark.browser


def ends(page: Page) -> list[float]:
    """The last step of the losses of both sides, as they are drawn."""
    found: list[float] = page.evaluate(
        "() => document.querySelector('.st-key-lesson-chart .js-plotly-plot')"
        ".data.slice(0, 2).map((trace) => trace.x.at(-1))"
    )
    return found


def test_a_link_opens_an_experiment_that_is_run_explained_and_linked_on(app, page, settled):
    server = app()
    watch(page)
    page.goto(f"{server.url}/lessons?lesson=log-softmax-twice&data.name=digits")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading", name="Log-softmax twice")).to_be_visible()
    expect(main.get_by_text("Guess first")).to_be_visible()

    button(page, "run-lesson").click()
    expect(main.locator(".live-chart[data-draws]")).to_be_visible()
    expect(main.locator(".plain-table tbody tr")).to_have_count(2)
    forget(page)
    expect(main.get_by_text("Nothing: the two curves lie on each other.")).to_be_visible()
    settled(page)
    assert [one["moved"] for one in shifts(page)] == []
    assert ends(page) == [230, 230]
    dashes = "trace => trace.line.dash"
    chart = "document.querySelector('.st-key-lesson-chart .js-plotly-plot').data"
    wrong, right = page.evaluate(f"() => {chart}.slice(0, 2).map({dashes})")
    assert wrong != right
    expect(main.locator(".plain-table tbody tr")).to_have_count(2)
    expect(button(page, "run-lesson")).to_have_text(re.compile("Run with another seed"))

    page.get_by_role("link", name="Sigmoid in a deep network").click()
    page.wait_for_url(re.compile(r"lesson=deep-sigmoid"))
    expect(main.get_by_text("Guess first")).to_be_visible()
    expect(main.locator(".code-view").first).to_contain_text("nn.Sigmoid()")
    button(page, "lesson-link").click()
    expect(page.get_by_test_id("stCode").last).to_contain_text("/lessons?lesson=deep-sigmoid")
    page.keyboard.press("Escape")

    page.go_back()
    page.wait_for_url(re.compile(r"lesson=log-softmax-twice"))
    expect(main.get_by_text("Nothing: the two curves lie on each other.")).to_be_visible()
    settled(page)
