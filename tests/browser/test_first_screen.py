"""The chart comes first, and nothing moves that a person did not move; in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mlcore.run import execute
from mlcore.runs import RunStore
from tests.browser.driving import (
    add_to_queue,
    badge,
    button,
    click_train,
    wait_for_steps,
)
from tests.browser.server import stop_runs, wait_settled
from tests.browser.shifts import chart_tops, forget, shifts, watch
from tests.dashboard.train_page import CONFIG

pytestmark = pytest.mark.browser

DATA = "data.name=digits&data.validation=200"
SHORT = f"{DATA}&data.batch_size=32&train.epochs=8"
LONG = f"{DATA}&data.batch_size=16&train.epochs=5000"
SIZES = {"laptop": (1280, 720), "old projector": (1024, 768), "phone": (390, 844)}


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "app" / "runs"
    yield folder
    stop_runs(folder)


def still(page: Page, what: str) -> None:
    """Nothing has moved since the last call: not a pixel, by the browser's own measure."""
    page.wait_for_function(  # two whole frames, so that what the last change moved is counted
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
        "() => setTimeout(() => done(true), 0))))"
    )
    wait_settled(page)
    assert [one["moved"] for one in shifts(page)] == [], what
    assert len(chart_tops(page)) <= 1, what
    forget(page)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_nothing_moves_that_a_person_did_not_move(app, page, runs, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    watch(page)
    server = app()
    page.goto(f"{server.url}/?{SHORT}")
    wait_settled(page)
    expect(button(page, "train")).to_be_enabled()
    forget(page)
    first = click_train(page)
    wait_for_steps(page)
    still(page, "from a click on Train to the first point")
    badge(page, "Finished")
    still(page, "through the epochs to the end")

    page.goto(f"{server.url}/?{LONG}&run={first}")
    wait_settled(page)
    forget(page)
    click_train(page, first)
    wait_for_steps(page, 300)
    still(page, "a second run beside the first one's chart")
    for click, appears in (
        ("pause", "next-step"),
        ("next-step", "continue"),
        ("continue", "pause"),
    ):
        button(page, click).click()
        expect(button(page, appears)).to_be_visible()
        still(page, click)
    add_to_queue(page)
    still(page, "a run is added to the queue")
    if size == "laptop":  # on a phone the sidebar lies over the chart
        rate = page.locator("[class*='st-key-optim-lr'] input:visible").last
        rate.fill("0.02")
        rate.press("Enter")
        expect(button(page, "apply")).to_be_visible()
        still(page, "a setting that could be applied")
        button(page, "apply").click()
        expect(page.locator(".live-chart .annotation-text").first).to_be_visible()
        expect(button(page, "apply")).to_have_count(0)
        still(page, "a setting that was applied")
    button(page, "stop").click()
    expect(button(page, "resume")).to_be_visible()
    still(page, "stop")


@pytest.mark.parametrize("size", SIZES)
def test_chart_and_figures_stand_in_the_first_screen(app, page, runs, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{app().url}/?{LONG}")
    click_train(page)
    wait_for_steps(page, 300)
    for part in (".st-key-standing", ".st-key-figures", ".live-chart .main-svg"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["x"] >= 0
        assert box["y"] + box["height"] <= height, part
        assert box["x"] + box["width"] <= width, part
    box = page.locator(".live-chart .main-svg").first.bounding_box()
    assert box
    assert box["height"] >= height / 2
    rows = page.locator(".st-key-controls > *").evaluate_all(
        "all => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect().top)))]"
    )
    assert len(rows) <= (2 if size == "phone" else 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": width, "height": height + 100})
    page.wait_for_function(
        "low => { const room = document.querySelector('.live-chart').clientHeight;"
        " const drawn = document.querySelector('.live-chart .main-svg').clientHeight;"
        " return room > low && Math.abs(room - drawn) < 2 }",
        arg=box["height"],
    )


def test_the_list_of_runs_shows_a_name_whole_and_tells_runs_apart(app, page, runs):
    server = app()
    page.goto(f"{server.url}/?{SHORT}&optim.lr=0.05&optim.name=adam&data.batch_size=64")
    click_train(page)
    badge(page, "Finished")
    wait_settled(page)
    (info,) = RunStore(runs).list()
    field = page.locator(".st-key-run-choice input")
    assert "lr 0.05 · batch 64" in field.input_value()
    assert info.id not in field.input_value()
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_a_theme_that_is_chosen_on_one_page_is_kept_on_the_others(app, page):
    server = app()
    page.goto(f"{server.url}/test?{DATA}")
    wait_settled(page)
    background = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    light = page.evaluate(background)
    page.get_by_test_id("stMainMenuButton").click()
    page.get_by_test_id("stMainMenuPopover").get_by_text("Dark").click()
    page.wait_for_function(f"light => {background} !== light", arg=light)
    dark = page.evaluate(background)
    for other in ("", "checkpoints", "data"):
        page.goto(f"{server.url}/{other}?{DATA}")
        wait_settled(page)
        assert page.evaluate(background) == dark, other


def test_two_quick_clicks_delete_one_run_and_the_trash_restores_any_after_a_reload(app, page, runs):
    store = RunStore(runs)
    for _ in range(2):
        execute(store.create(CONFIG))
    newest, oldest = (info.id for info in store.list())
    server = app()
    page.goto(f"{server.url}/?{DATA}")
    wait_settled(page)
    button(page, "run-menu").click()
    button(page, f"delete-run-{newest}").dblclick()
    expect(page.locator(".st-key-deleted")).to_contain_text("was deleted")
    wait_settled(page)
    assert [info.id for info in store.list()] == [oldest]
    expect(page.locator(f"[class*=st-key-delete-run-{oldest}]")).to_have_count(0)  # menu is closed
    page.reload()
    wait_settled(page)
    page.locator(".st-key-deleted-runs summary").click()
    button(page, f"restore-{newest}").click()
    page.wait_for_url(re.compile(f"run={newest}"))
    assert {info.id for info in store.list()} == {newest, oldest}


def test_back_leads_to_the_page_before_at_the_first_press(app, page):
    page.goto(f"{app().url}/?{DATA}")
    wait_settled(page)
    rate = page.locator("[class*='st-key-optim-lr'] input:visible").last
    rate.fill("0.02")
    rate.press("Enter")
    page.wait_for_url(re.compile(r"optim\.lr=0\.02"))
    for name, path in (("Test", "/test"), ("Data", "/data")):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        page.wait_for_url(re.compile(rf"{path}\?.*optim\.lr=0\.02"))
        wait_settled(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Test")
    page.go_back()
    expect(button(page, "train")).to_be_visible()
    expect(page.locator("[class*='st-key-optim-lr'] input:visible").last).to_have_value("0.02")
