"""What a person does on the Train page, for tests in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

__all__ = [
    "LONG",
    "add_to_queue",
    "badge",
    "button",
    "click_point",
    "click_train",
    "run_of",
    "shows_run",
    "wait_for_other_run",
    "wait_for_steps",
]

LONG = "data.name=digits&data.batch_size=16&train.epochs=5000&train.device=cpu"
"""Settings of a run that trains longer than any test."""


def button(page: Page, key: str) -> Locator:
    """The button with this key; while the page is drawn anew the one before may be there too."""
    return page.locator(f".st-key-{key} button:visible").last


def click_point(page: Page, point: Locator) -> None:
    """Click on a mark of a chart; Plotly follows the pointer before it counts a click."""
    point.scroll_into_view_if_needed()
    place = point.bounding_box()
    assert place
    page.mouse.move(place["x"] + 4, place["y"] + 4)
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)


def badge(page: Page, state: str) -> None:
    """Wait until the shown run stands like this."""
    expect(page.locator(".st-key-standing").last).to_contain_text(state)


def wait_for_steps(page: Page, more_than: float = 0) -> None:
    """Wait until the chart has reached more than so many steps."""
    page.wait_for_function(
        "least => Number(document.querySelector('.live-chart')?.dataset.last ?? 0) > least",
        arg=more_than,
    )


def run_of(page: Page) -> str:
    """The run that the address names."""
    found = re.search(r"[?&]run=([^&]+)", page.url)
    assert found
    return found[1]


def wait_for_other_run(page: Page, before: str = "") -> str:
    """Wait until the page shows another run; its id."""
    page.wait_for_function(
        "before => { const run = new URL(location.href).searchParams.get('run');"
        " return run && run !== before }",
        arg=before,
    )
    return run_of(page)


def click_train(page: Page, before: str = "") -> str:
    """Click on Train, and wait until the page shows the new run; its id."""
    expect(button(page, "train")).to_be_enabled()
    page.wait_for_function(  # a click before the page is drawn whole counts as one heard twice
        "() => document.querySelector('[data-testid=stApp]')"
        ".getAttribute('data-test-script-state') === 'notRunning'"
    )
    button(page, "train").click()
    return wait_for_other_run(page, before)


def add_to_queue(page: Page, *, show: bool = False) -> str:
    """Click on "Add to queue"; the id of the run that waits. The page stays, unless `show`."""
    expect(button(page, "train")).to_have_text(re.compile("Add to queue"))
    told = (
        "Array.from(document.querySelectorAll('[class*=st-key-show-added-]'),"
        " element => element.className.match(/st-key-show-added-([\\w-]+)/)[1]).pop() ?? ''"
    )
    before = page.evaluate(told)
    button(page, "train").click()
    added: str = page.wait_for_function(
        f"before => {{ const run = {told}; return run !== before && run }}", arg=before
    ).json_value()
    if show:
        button(page, f"show-added-{added}").click()
        page.wait_for_url(re.compile(f"run={added}"))
    return added


def shows_run(page: Page, name: str) -> None:
    """Wait until the list of runs stands at the one of this name.

    While a page with another list is drawn, the old one stands beside it for a moment.
    """
    choices = page.locator(".st-key-run-choice input")
    expect(page.locator(f".st-key-run-choice input[value^='{name}']")).to_be_visible()
    expect(choices).to_have_count(1)
