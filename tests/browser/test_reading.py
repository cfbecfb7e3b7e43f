"""The pages without a mouse and without sight: axe-core, the keyboard, what is announced."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from mlcore.events import Paused, SettingsEdited
from mlcore.runs import RunStore
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.browser.axe import faults_in_both_themes
from tests.browser.driving import LONG, badge, button, click_train, wait_for_steps
from tests.browser.server import App, wait_settled
from tests.browser.shared import shared_app
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, record

pytestmark = pytest.mark.browser

SHORT = "data.name=digits&data.batch_size=32&train.epochs=3&train.device=cpu"


EDIT = SettingsEdited(step=20, epoch=1, changes={"optim.lr": 0.01}, before={"optim.lr": 0.003})
_HEAR_WHAT_HANGS_OVER = """() => {
  window.hanging = []; // the roles of menus and hints, at the first task after each came
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node.matches?.("[data-floating-ui-portal]")) {
        setTimeout(() => window.hanging.push(node.getAttribute("role")));
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""
_EXECUTE = (
    "import sys; from pathlib import Path; from mlcore.run import execute; "
    "from mlcore.runs import RunFolder; execute(RunFolder(Path(sys.argv[1])))"
)


def focused(page: Page) -> str:
    """The keys of the element that has the focus and of those around it."""
    keys: str = page.evaluate(
        """() => { const keys = [];
            for (let at = document.activeElement; at; at = at.parentElement)
              keys.push(...[...at.classList].filter((name) => name.startsWith('st-key-')));
            return keys.join(' ') }"""
    )
    return keys


def wait_for_focus(page: Page, *keys: str) -> None:
    """Wait until one of these has the focus."""
    page.wait_for_function(
        "keys => keys.some((key) => document.activeElement?.closest(`[class*='st-key-${key}']`))",
        arg=list(keys),
    )


def tab_to(page: Page, key: str, most: int = 60) -> None:
    """Press Tab until the element with this key has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if f"st-key-{key}" in focused(page).split():
            return
    raise AssertionError(f"{most} times Tab do not lead to {key}; now: {focused(page)}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, dict[str, str]]]:
    """A server, and runs by their state; those that "train" are alive, but cost nothing."""
    folder = tmp_path_factory.mktemp("reading")
    store = RunStore(folder / "runs")
    done = store.create(replace(CONFIG, train=replace(CONFIG.train, device="cpu")), name="done")
    subprocess.run(
        [sys.executable, "-c", _EXECUTE, str(done.path)],
        check=True,
        env=os.environ | {"MLCORE_DATA": str(folder / "data")},
    )
    made = {"finished": done.id}
    for name, more in (("running", (EDIT,)), ("paused", (Paused(step=39, epoch=1),))):
        run = store.create(CONFIG, name=name)
        for event in (STARTED, STEPS, EPOCH, *more):
            record(run, event)
        write_worker(run.path, WorkerRecord.mine())
        made[name] = run.id
    with shared_app(folder) as server:
        yield server, made


def look(page: Page, what: str) -> None:
    wait_settled(page)
    found = faults_in_both_themes(page, what)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("state", ["running", "paused"])
def test_axe_finds_nothing_on_train_in_either_theme(lab, page, state):
    server, runs = lab
    page.goto(f"{server.url}/?{SHORT}&run={runs[state]}&with={runs['finished']}")
    expect(page.locator(".live-chart[data-draws]")).to_be_visible()
    look(page, state)


def test_axe_finds_nothing_in_menus_groups_and_refusals(lab, page):
    server, runs = lab
    page.goto(f"{server.url}/?{SHORT}&run={runs['finished']}&optim.lr=-3")
    expect(page.locator(".live-chart[data-draws]")).to_be_visible()
    for group in page.get_by_test_id("stSidebar").locator("summary").all():
        group.click()
    look(page, "groups, a setting refused")
    for name in ("Run menu", "Branch off"):
        page.get_by_test_id("stMain").get_by_role("button", name=name).last.click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        look(page, name)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def test_axe_finds_nothing_where_nothing_was_trained_yet(app, page):
    server = app()
    for name, more in (("", "&how=training"), ("test", ""), ("checkpoints", "")):
        page.goto(f"{server.url}/{name}?{SHORT}{more}")
        expect(page.locator(".st-key-first-steps nav")).to_be_visible()
        look(page, name or "train")


def test_axe_finds_nothing_on_checkpoints_with_an_upload_and_a_refused_file(lab, page, tmp_path):
    server, runs = lab
    page.goto(f"{server.url}/checkpoints?{SHORT}&run={runs['finished']}")
    wait_settled(page)
    page.evaluate(_HEAR_WHAT_HANGS_OVER)
    page.locator("[class*=st-key-more-] button").first.click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    assert page.evaluate("window.hanging")
    assert set(page.evaluate("window.hanging")) == {"region"}  # named before anybody can read it
    look(page, "more")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    field = page.get_by_test_id("stMain").locator("input[type=file]")
    field.set_input_files(next((server.runs / runs["finished"] / "checkpoints").glob("*.pt")))
    expect(page.locator(".st-key-inspection")).to_be_visible()
    broken = tmp_path / "broken.pt"
    broken.write_text("no checkpoint")
    wait_settled(page)
    page.get_by_test_id("stMain").locator("input[type=file]").set_input_files(broken)
    expect(page.locator(".st-key-upload-report")).to_contain_text("broken")
    look(page, "an upload, a refused file")


def test_a_run_is_steered_and_a_cell_chosen_with_the_keyboard_alone(app, page, settled):
    """Also: the focus goes on to the button that takes the place of the one just pressed."""
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    settled(page)
    expect(button(page, "train")).to_be_enabled()
    tab_to(page, "train", 90)
    page.keyboard.press("Enter")
    badge(page, "Training")
    wait_for_steps(page)
    wait_for_focus(page, "train", "pause", "stop")
    tab_to(page, "pause", 12)
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Enter")
    badge(page, "Paused")
    wait_for_focus(page, "continue")
    page.keyboard.press("Enter")
    badge(page, "Training")
    wait_for_focus(page, "pause")
    tab_to(page, "stop", 12)
    page.keyboard.press("Enter")
    badge(page, "Stopped")
    wait_for_focus(page, "resume", "continue-run", "train")

    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Test").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-figures")).to_contain_text("Test accuracy")
    settled(page)
    tab_to(page, "mistakes-true", 90)
    page.keyboard.press("Tab")  # past its help
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-all-mistakes button:visible")).to_be_visible()


def test_the_chart_has_words_and_what_happens_is_announced(app, page, settled):
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    assert page.evaluate("document.documentElement.lang") == "en"
    click_train(page)
    news = page.locator("#run-news")
    expect(news).to_have_attribute("aria-live", "polite")
    expect(news).to_have_text(re.compile(r"Training has started|Epoch \d"))
    expect(news).to_have_text(re.compile(r"Epoch [\d,]+ of 5,000 is done: training loss \d"))
    chart = page.get_by_role("figure", name=re.compile("Chart of the losses"))
    expect(chart).to_have_accessible_name(re.compile(r"At step [\d,]+ the training loss is \d"))
    button(page, "pause").click()
    expect(news).to_have_text(re.compile(r"Paused at step [\d,]+\."))
    button(page, "stop").click()
    expect(news).to_have_text(re.compile(r"Stopped at step [\d,]+\."))


def test_announcements_and_words_come_calmly(app, page, settled):
    page.goto(f"{app().url}/?{LONG}")
    settled(page)
    click_train(page)
    wait_for_steps(page)
    page.evaluate(
        """() => { window.said = []; window.worded = [];
            new MutationObserver(() => window.said.push(performance.now()))
              .observe(document.querySelector('#run-news'), {childList: true});
            new MutationObserver(() => window.worded.push(performance.now()))
              .observe(document.querySelector('.live-chart'), {attributeFilter: ['aria-label']});
        }"""
    )
    page.wait_for_function("() => window.said.length >= 3 && window.worded.length >= 2")
    for times in page.evaluate("[window.said, window.worded]"):
        assert min(b - a for a, b in itertools.pairwise(times)) > 5_000
    button(page, "stop").click()
    badge(page, "Stopped")
