"""Forks and comparisons in a real browser: two branches of a run on one chart, live."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from mlcore.replay import replay
from mlcore.runs import History, RunFolder
from tests.browser.driving import (
    LONG,
    badge,
    button,
    click_train,
    run_of,
    wait_for_other_run,
    wait_for_steps,
)

pytestmark = pytest.mark.browser

SHORT = "data.name=digits&data.validation=200&train.epochs=4&optim.lr=0.05&train.device=cpu"


def curves(page: Page) -> list[str]:
    """Names of runs in the legend of the chart."""
    return _names(page).all_inner_texts()


def wait_for_curves(page: Page, count: int) -> None:
    expect(_names(page)).to_have_count(count)


def _names(page: Page) -> Locator:
    """The entries of the legend that are runs: it names the marks on the chart, too."""
    marks = re.compile(r"^\s*(checkpoint|edit|off the scale)\s*$")
    return page.locator(".live-chart .legendtext").filter(has_not_text=marks)


def open_form(page: Page) -> None:
    """Open the form that branches off from the shown run."""
    button(page, f"branch-{run_of(page)}").click()


def choose_from(page: Page, label: str) -> None:
    """Choose where the open form branches off."""
    page.locator("[class*=st-key-branch-from]").get_by_role("combobox").click()
    page.get_by_role("option", name=label).click()


def choose_first_to_compare(page: Page) -> None:
    """Choose the first run of the list; a page that is drawn anew just then closes it."""
    for _ in range(20):
        page.locator("[class*=st-key-compare-]").get_by_role("combobox").click()
        with contextlib.suppress(NotInTime):
            page.get_by_role("option").first.click(timeout=3_000)
            return
    raise AssertionError("the list of runs never stayed open")


def test_a_run_is_branched_off_twice_and_drawn_over_its_parent(app, page, settled, shots):
    server = app()
    page.goto(f"{server.url}/?{SHORT}")
    parent = click_train(page)
    badge(page, "Finished")

    settled(page)
    open_form(page)
    choose_from(page, "Epoch 2")
    shots(page, "branch")
    button(page, "branch-start").click()
    fork = wait_for_other_run(page, parent)
    badge(page, "Finished")
    expect(page.locator(".st-key-origin")).to_contain_text("at step")
    wait_for_curves(page, 2)
    told, before = History(RunFolder(server.runs / fork)), History(RunFolder(server.runs / parent))
    told.refresh()
    before.refresh()
    begin = told.starts[0].step
    assert begin == before.epochs[1].step
    assert told.steps[begin:].tobytes() == before.steps[begin:].tobytes()
    assert replay(told.folder).equal

    button(page, "show-parent").click()
    page.wait_for_function("run => location.href.includes('run=' + run)", arg=parent)
    settled(page)
    open_form(page)
    choose_from(page, "The same initial weights")
    button(page, "branch-start").click()
    second = wait_for_other_run(page, parent)
    badge(page, "Finished")
    settled(page)
    choose_first_to_compare(page)
    wait_for_curves(page, 3)
    page.keyboard.press("Escape")
    page.wait_for_function(
        "run => new URL(location.href).searchParams.get('with')?.includes(run)", arg=fork
    )
    shots(page, "compare")
    page.reload()
    wait_for_curves(page, 3)
    assert run_of(page) == second


def test_a_run_that_trains_grows_beside_the_one_that_is_shown(app, page):
    server = app()
    page.goto(f"{server.url}/?{SHORT}")
    first = click_train(page)
    badge(page, "Finished")
    page.goto(f"{server.url}/?{LONG}")
    second = click_train(page, first)
    wait_for_steps(page, 500)
    page.goto(f"{server.url}/?{SHORT}&run={first}&with={second}")
    wait_for_curves(page, 2)
    reach = "() => Math.max(...document.querySelector('.live-chart').data.slice(-2)[0].x)"
    before = page.evaluate(reach)
    page.wait_for_function(f"before => ({reach})() > before + 500", arg=before)
    assert len(curves(page)) == 2
    assert not re.search("Traceback", page.content())
