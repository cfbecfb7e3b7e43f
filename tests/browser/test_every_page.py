"""Every page, as everybody sees it: in both themes and languages, narrow, wide, on a projector."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.components import runs_table
from mlcore.run import execute
from mlcore.runs import RunStore
from tests.browser.axe import faults_in_both_themes
from tests.browser.driving import button
from tests.browser.noise import Noise
from tests.browser.restyling import restyled
from tests.browser.server import DESKTOP, App, wait_settled
from tests.browser.shared import shared_app
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.train_page import CONFIG

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # all pages in one test

SETTINGS = "data.name=digits&data.batch_size=32&data.validation=200&train.epochs=3&train.device=cpu"
SHOWS = {
    "": ".live-chart[data-draws]",
    "test": ".st-key-figures [data-testid=stMetric]",
    "draw": ".drawing-canvas",
    "runs": ".runs-table",
    "run": ".st-key-run-deeds",
    "sweeps": ".st-key-chart-sweep-history .js-plotly-plot",
    "data": ".samples img",
    "checkpoints": ".st-key-checkpoint-list",
    "lessons": ".lessons",
    "learn": "[class*=st-key-question-]",
}
"""Page → what stands on it once it is drawn."""

_OUTSIDE = """width => {
  const main = document.querySelector('[data-testid=stMain]');
  const wide = document.documentElement.scrollWidth + main.scrollWidth - main.clientWidth;
  const cut = [...document.querySelectorAll('main :is(button, a, input)')]
    .filter((node) => node.getClientRects().length)
    .filter((node) => !node.closest('.modebar, .st-key-finding-titles, .runs-table')) // they scroll
    .map((node) => [node.getBoundingClientRect(), node.outerHTML.slice(0, 120)])
    .filter(([box]) => box.width > 1 && (box.left < -1 || box.right > width + 1))
    .map(([, text]) => text);
  return wide > width ? [`the page is ${wide} pixels wide`, ...cut] : cut;
}"""

_MOVING = """() => {
  const all = (root) => [...root.querySelectorAll('*')]
    .flatMap((node) => node.shadowRoot ? [node, ...all(node.shadowRoot)] : [node]);
  return all(document).filter((node) => {
    const { transitionDuration, animationDuration } = getComputedStyle(node);
    const times = `${transitionDuration},${animationDuration}`.split(',');
    return times.some((time) => parseFloat(time) > 0.001);
  }).map((node) => `moves: ${node.outerHTML.slice(0, 120)}`);
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, str]]:
    """A server with a finished run, and its id."""
    folder: Path = tmp_path_factory.mktemp("every-page")
    run = RunStore(folder / "runs").create(CONFIG, name="done")
    execute(run)
    made_sweep(RunStore(folder / "runs"))
    with shared_app(folder) as server:
        yield server, run.id


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server without a run or a sweep."""
    with shared_app(tmp_path_factory.mktemp("nothing-yet")) as server:
        yield server


@pytest.fixture(params=["en-GB", "zh-CN"])
def reader(request: pytest.FixtureRequest, browser: Browser, noise: Noise) -> Iterator[Page]:
    """A page of a browser that asks for a language."""
    context = browser.new_context(
        viewport=DESKTOP, locale=request.param, color_scheme="light", reduced_motion="reduce"
    )
    noise.listen(context)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def visit(page: Page, server: App, run: str, name: str, more: str = "") -> None:
    page.goto(f"{server.url}/{name}?{SETTINGS}&run={run}{more}")
    expect(page.locator(SHOWS[name]).first).to_be_visible()
    wait_settled(page)


def outside(page: Page, what: str, *widths: int) -> list[str]:
    """What reaches over the edge of windows of these widths."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        wait_settled(page)
        found += [f"{what}, {width}: {line}" for line in page.evaluate(_OUTSIDE, width)]
    page.set_viewport_size(DESKTOP)
    return found


def unfold(page: Page) -> None:
    """Open all that is folded on a page; it may have folds in it."""
    closed = page.locator("[data-testid=stMain] details:not([open]) > summary")
    for _time in range(40):
        if not closed.count():
            break
        closed.first.click()
        wait_settled(page)
    expect(closed).to_have_count(0)
    expect(page.locator("[data-testid=stMain] [data-stale=true]")).to_have_count(0)  # they fade


def lasting_faults(page: Page, what: str) -> list[str]:
    """Those that are there in each of three looks: an open page draws parts of itself anew."""
    found = faults_in_both_themes(page, what)
    for _time in range(2):
        if found:
            again = faults_in_both_themes(page, what)
            found = [fault for fault in found if fault in again]
    return found


def test_every_page_is_without_faults_fits_every_width_and_moves_for_nobody(lab, reader):
    """1280 pixels at 400 % are 320, at 200 % 640; `reader` asks for less motion."""
    server, run = lab
    found: list[str] = []
    for name in SHOWS:
        visit(reader, server, run, name)
        found += faults_in_both_themes(reader, name or "train")
        found += outside(reader, name or "train", 320, 640, 2560)
        found += reader.evaluate(_MOVING)
        styled = restyled(reader)
        assert styled["element"] >= 1, name
        if max(styled.values()) > 40:
            found.append(f"{name or 'train'}: one change styles more anew than itself: {styled}")
        if reader.evaluate("navigator.language") == "en-GB":  # the same folds in both languages
            unfold(reader)
            found += lasting_faults(reader, f"{name or 'train'}, all open")
            found += outside(reader, f"{name or 'train'}, all open", 320)
    assert not found, "\n".join(found)


def test_the_form_of_a_first_sweep_is_without_faults(bare, page):
    page.goto(f"{bare.url}/sweeps?{SETTINGS}")
    expect(page.locator("[data-testid=stMultiSelectTagsContainer]").first).to_be_visible()
    expect(page.locator("[data-testid=stCode] .token").first).to_be_visible()
    wait_settled(page)
    found = lasting_faults(page, "sweeps")
    page.goto(f"{bare.url}/lessons?lesson=no-zero-grad")
    wait_settled(page)
    unfold(page)
    expect(page.locator("[data-testid=stCode] .token").first).to_be_visible()
    found += lasting_faults(page, "lessons, code")
    assert not found, "\n".join(found)


def test_on_a_projector_every_page_is_large_and_its_contrast_7_to_1(lab, page):
    server, run = lab
    visit(page, server, run, "learn")
    switch = button(page, "projector")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    page.wait_for_url(re.compile("projector=1"))
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    found: list[str] = []
    for name in SHOWS:
        visit(page, server, run, name, "&projector=1")
        found += faults_in_both_themes(page, name or "train", strong=True)
        found += outside(page, name or "train", 1280, 1920)
    assert not found, "\n".join(found)


def test_what_is_written_in_a_table_or_a_matrix_stays_within_its_cell(lab, page):
    """The head of a table hides what scrolls below it, in the page's own colour."""
    server, run = lab
    visit(page, server, run, "test")
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    written = page.locator(".st-key-chart-confusion .textpoint text").first
    assert written.evaluate(size) == 13
    page.set_viewport_size({"width": 360, "height": 800})
    wait_settled(page)
    assert written.evaluate(size) < 11
    page.set_viewport_size(DESKTOP)
    number = page.locator(".st-key-chart-confusion .xtick text").first
    light = number.evaluate("node => node.style.fill")
    page.emulate_media(color_scheme="dark")
    expect(number).not_to_have_css("fill", light)  # the page is drawn anew for the other theme
    page.locator(".st-key-table-confusion summary").click()
    head = page.locator(".plain-table.scrolls thead th").last
    expect(head).to_be_visible()
    colour = "node => getComputedStyle(node).backgroundColor"
    behind = page.locator("[data-testid=stApp]")
    assert head.evaluate(colour) == behind.evaluate(colour) != "rgb(255, 255, 255)"


def test_what_can_be_done_with_a_run_stands_in_a_row_and_questions_in_equal_cards(lab, page):
    server, run = lab
    page.set_viewport_size({"width": 1280, "height": 800})
    ends = "all => all.map((one) => Math.round(one.getBoundingClientRect().bottom))"
    visit(page, server, run, "run")
    assert len(set(page.locator(".st-key-run-deeds button:visible").evaluate_all(ends))) == 1
    visit(page, server, run, "learn")
    first, second = page.locator("[class*=st-key-question-]").evaluate_all(ends)[:2]
    assert first == second


def test_a_group_of_runs_with_a_long_name_ends_in_an_ellipsis(page):
    css = Path(runs_table.__file__).with_suffix(".css").read_text(encoding="utf-8")
    name = f'<th scope="row"><button type="button">{"Digits " * 20}</button></th>'
    page.set_content(
        f'<!doctype html><style>{css}</style><div class="runs-table"><table><tbody>'
        f'<tr class="group"><td></td>{name}{"<td>best validation</td>" * 12}</tr></tbody></table>'
    )
    button_box, cell_box = (
        page.locator(f".runs-table {what}").bounding_box() for what in ("button", "th")
    )
    assert button_box["x"] + button_box["width"] <= cell_box["x"] + cell_box["width"]
