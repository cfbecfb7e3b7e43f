"""The Runs page in a real browser, and the page of a run: all that a person does there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from mlcore.runs import RunStore
from tests.benchmarks.page.runs_page import make
from tests.browser.axe import faults_in_both_themes
from tests.browser.driving import button, click_point

pytestmark = pytest.mark.browser

_RUNS = 6


def rows(page: Page) -> Locator:
    return page.locator(".runs-table tbody tr")


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def names(page: Page, wanted: list[str]) -> None:
    """Wait until the rows are these, in this order."""
    expect(page.locator(".runs-table tbody th")).to_have_text(wanted)


def other_batches(runs: Path, name: str) -> None:
    """Have a run differ from the others in a second setting."""
    (path,) = (info.path for info in RunStore(runs).list() if info.name == name)
    file = path / "config.json"
    meta = json.loads(file.read_text())
    meta["config"]["data"]["batch_size"] = 128
    file.write_text(json.dumps(meta))


def click_a_cell(page: Page, cells: int) -> None:
    """Click on the last cell of the map, once it has so many."""
    chart = page.locator(".st-key-runs-map-chart .js-plotly-plot")
    points = chart.locator(".points path.point")
    expect(points).to_have_count(cells)
    click_point(page, points.last)


def in_address(page: Page, name: str, part: str) -> None:
    """Wait until a parameter of the address holds this."""
    page.wait_for_function(
        "([name, part]) => (new URL(location.href).searchParams.get(name) ?? '').includes(part)",
        arg=[name, part],
    )


def test_runs_are_sorted_filtered_selected_compared_tagged_deleted_and_exported(
    app, page, settled, shots
):
    server = app()
    make(server.runs, _RUNS)
    other_batches(server.runs, "run 2")
    page.goto(f"{server.url}/runs?data.name=digits")
    names(page, [f"run {number}" for number in range(_RUNS, 0, -1)])

    page.get_by_role("columnheader", name="Learning rate").get_by_role("button").click()
    in_address(page, "sort", "optim.lr")
    names(page, ["run 6", "run 1", "run 2", "run 3", "run 4", "run 5"])
    heading = page.get_by_role("columnheader", name="Learning rate")
    expect(heading).to_have_attribute("aria-sort", "ascending")

    field = page.get_by_label("Filter", exact=True)
    field.fill("lr > 0.005 and not name ~ 5")
    field.press("Enter")
    names(page, ["run 3", "run 4"])
    in_address(page, "where", "lr > 0.005")
    field.fill("lr >")
    field.press("Enter")
    expect(page.get_by_text("at character 5")).to_be_visible()
    field.fill("lr < 0.05")
    field.press("Enter")
    names(page, ["run 6", "run 1", "run 2", "run 3", "run 4"])

    box(page, "run 1").click()
    box(page, "run 3").click(modifiers=["Shift"])  # and all between
    expect(page.locator(".st-key-runs-selected")).to_contain_text("3 runs selected")
    expect(page.locator(".st-key-runs-curves .legendtext")).to_have_count(3)
    page.get_by_role("radio", name="Images seen").or_(
        page.get_by_role("button", name="Images seen")
    ).first.click()
    title = page.locator(".st-key-runs-curves .xtitle").filter(has_text="Images seen")
    expect(title).to_be_visible()
    for part, seen in {
        "Settings": "table:has-text('Learning rate')",
        "Parallel coordinates": ".st-key-runs-parallel .js-plotly-plot",
        "Map": ".st-key-runs-map-chart .js-plotly-plot",
        "Scatter": ".st-key-runs-scatter-chart .js-plotly-plot",
        "Family": "text=None of these runs is a fork",
    }.items():
        page.locator(".st-key-runs-part, [class*=st-key-runs-part]").get_by_text(part).click()
        expect(page.locator(seen).first).to_be_visible()

    other = page.context.new_page()  # what the address says is there in another tab
    other.goto(page.url)
    names(other, ["run 6", "run 1", "run 2", "run 3", "run 4"])
    expect(other.locator(".st-key-runs-selected")).to_contain_text("3 runs selected")
    expect(other.get_by_text("None of these runs is a fork")).to_be_visible()
    other.locator(".st-key-runs-part, [class*=st-key-runs-part]").get_by_text("Map").click()
    click_a_cell(other, 3)
    other.wait_for_url(re.compile(r"/run\?.*run="))
    expect(other.get_by_role("heading", name=re.compile(r"run [123]"), level=1)).to_be_visible()
    other.close()

    button(page, "runs-tag").click()
    tags = page.locator("[class*=st-key-runs-tags-add] input")
    tags.fill("homework")
    tags.press("Tab")
    button(page, "runs-tag-apply").click()
    expect(rows(page).filter(has_text="#homework")).to_have_count(3)
    page.keyboard.press("Escape")

    button(page, "runs-export").click()
    with page.expect_download() as caught:
        button(page, "runs-export-csv").click()
    written = list(csv.DictReader(Path(caught.value.path()).read_text().splitlines()))
    assert [row["name"] for row in written] == ["run 6", "run 1", "run 2", "run 3", "run 4"]
    assert [row["tag"] for row in written] == ["", "homework", "homework", "homework", ""]
    page.keyboard.press("Escape")

    settled(page)
    button(page, "runs-delete").click()
    names(page, ["run 6", "run 4"])
    assert len(RunStore(server.runs).list()) == _RUNS - 3
    page.locator("[class*=st-key-undo-delete] button").click()
    names(page, ["run 6", "run 1", "run 2", "run 3", "run 4"])
    settled(page)
    shots(page, "runs")
    assert not faults_in_both_themes(page, "runs")


def test_the_table_works_by_keyboard_and_a_run_opens(app, page, settled, shots):
    server = app()
    make(server.runs, _RUNS)
    page.goto(f"{server.url}/runs?data.name=digits")
    names(page, [f"run {number}" for number in range(_RUNS, 0, -1)])
    settled(page)
    box(page, "run 6").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(box(page, "run 5")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".st-key-runs-selected")).to_contain_text("3 runs selected")
    page.wait_for_function("() => location.search.includes('selected=')")
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="run 4", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/run\?.*run="))
    expect(page.get_by_role("heading", name="run 4", level=1)).to_be_visible()
    for part in ("Settings", "Environment", "History", "Checkpoints"):
        expect(page.get_by_role("heading", name=part, exact=True)).to_be_visible()
    settled(page)
    shots(page, "run")
    assert not faults_in_both_themes(page, "run")
    page.get_by_role("link", name="All runs").click()
    expect(page.locator(".st-key-runs-selected")).to_contain_text("3 runs selected")


def test_an_experiment_is_one_row_that_opens_and_is_selected_as_one(app, page, settled):
    server = app()
    make(server.runs, 4)
    for info in RunStore(server.runs).list()[:2]:
        file = info.path / "config.json"
        meta = json.loads(file.read_text()) | {"experiment": "x20261128-120000-abcd"}
        file.write_text(json.dumps(meta))
    page.goto(f"{server.url}/runs?data.name=digits")
    expect(rows(page)).to_have_count(3)
    group = page.locator(".runs-table tbody button")
    expect(group).to_contain_text("2 seeds")
    group.click()
    expect(rows(page)).to_have_count(5)
    expect(group).to_have_attribute("aria-expanded", "true")
    rows(page).first.get_by_role("checkbox").click()
    expect(page.locator(".st-key-runs-selected")).to_contain_text("2 runs selected")
    expect(box(page, "run 4")).to_be_checked()
    box(page, "run 4").click()
    expect(page.locator(".st-key-runs-selected")).to_contain_text("1 run selected")
    group.click()
    expect(rows(page)).to_have_count(3)
