"""What is drawn has its legend and its room: no name is cut, and nothing lies over the chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mlcore.run import execute
from mlcore.runs import RunStore
from tests.browser.axe import faults
from tests.browser.driving import LONG, badge, button, click_train, wait_for_steps
from tests.browser.server import App, wait_settled
from tests.browser.shared import shared_app
from tests.dashboard.train_page import CONFIG

pytestmark = pytest.mark.browser

CUT = """selector => [...document.querySelectorAll(selector)]
  .filter((node) => node.getClientRects().length && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.value || node.textContent)"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, str]]:
    """A server with a finished run, and its id."""
    folder: Path = tmp_path_factory.mktemp("room")
    run = RunStore(folder / "runs").create(CONFIG, name="Quick start")
    execute(run)
    with shared_app(folder) as server:
        yield server, run.id


def test_the_parts_of_a_test_have_a_legend_and_no_faults(lab, page: Page) -> None:
    server, run = lab
    for part, places in (("image", 2), ("epochs", 4), ("network", 1)):
        page.goto(f"{server.url}/test?run={run}&part={part}")
        expect(page.locator(".signs")).to_have_count(places)
        wait_settled(page)
        assert faults(page) == [], part
        assert page.evaluate(CUT, ".signs, .signs li") == []


@pytest.mark.parametrize("width", [1280, 1440])
def test_on_a_projector_no_name_is_cut(lab, page: Page, width: int) -> None:
    server, run = lab
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.url}/?run={run}&projector=1")
    expect(page.locator(".live-chart[data-draws]")).to_be_visible()
    wait_settled(page)
    texts = ".st-key-live [data-testid=stMetricLabel] p, .st-key-run-choice input"
    assert page.evaluate(CUT, texts) == []
    expect(page.locator(".st-key-first-steps .mark span")).to_have_text(
        ["Data", "Model", "Train", "Test", "Draw"]
    )
    page.goto(f"{server.url}/test?run={run}&projector=1")
    expect(page.locator(".st-key-figures [data-testid=stMetric]").first).to_be_visible()
    wait_settled(page)
    chosen = "[data-testid=stMain] [data-testid=stSelectbox] input"
    assert page.evaluate(CUT, chosen) == []
    for name in page.locator(".st-key-first-steps .mark span").all():
        expect(name).to_be_visible()
    line = page.locator(".st-key-first-steps .text").bounding_box()
    assert line
    assert line["height"] <= 45


def test_a_link_to_a_run_that_is_gone_covers_nothing(lab, page: Page) -> None:
    server, _run = lab
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.url}/?run=20200101-0")
    expect(page.locator(".live-chart[data-draws]")).to_be_visible()
    notice = page.locator(".st-key-problem")
    expect(notice).to_contain_text("There is no run 20200101-0")
    wait_settled(page)
    box, chart = notice.bounding_box(), page.locator(".live-chart").bounding_box()
    assert box
    assert chart
    assert box["y"] + box["height"] <= chart["y"]
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 400)")
    moved = notice.bounding_box()
    assert moved
    assert moved["y"] < box["y"]


def test_the_controls_of_the_network_stand_in_one_row(app, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{app().url}/?{LONG}")
    click_train(page)
    wait_for_steps(page)
    button(page, "pause").click()
    badge(page, "Paused")
    expect(button(page, "network-step")).to_be_visible()
    wait_settled(page)
    row = [button(page, f"network-{name}") for name in ("next", "random", "view", "step")]
    ends = [one.evaluate("one => one.getBoundingClientRect().bottom") for one in row]
    assert max(ends) - min(ends) < 4
    page.locator(".st-key-network-view").get_by_text("What the last step changed").click()
    expect(page.locator(".signs").last).to_contain_text("weight that rose")
