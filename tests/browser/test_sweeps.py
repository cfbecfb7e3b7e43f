"""Sweeps in a real browser: begun, watched, stopped, continued by another server, the best used."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mlcore.runs import RunStore
from mlcore.sweeps import find_sweep, read_sweep
from tests.browser.axe import faults_in_both_themes
from tests.browser.driving import button, click_point
from tests.browser.server import DESKTOP, App, wait_for

pytestmark = pytest.mark.browser

SETTINGS = "data.name=digits&data.validation=200&train.epochs=2&train.device=cpu"


def state(page: Page, wanted: str) -> None:
    """Wait until the sweep stands like this."""
    expect(page.locator(".st-key-sweep-now").last).to_contain_text(wanted)


def fill(page: Page, key: str, text: str) -> None:
    """Type into a field, and leave it to the next click to have it taken."""
    page.locator(f"[class*='st-key-{key}'] input:visible").last.fill(text)


def trials(app: App, name: str) -> int:
    store = RunStore(app.runs)
    return len(read_sweep(find_sweep(app.runs, name), store).trials)


def check_charts_by_setting(page: Page, settled: Callable[[Page], None], best: str) -> None:
    """Each is chosen by key and drawn; the star of a slice leads to the best run, and back."""
    parts = page.locator(".st-key-sweep-part")
    parts.get_by_text("Importance", exact=True).click()
    bars = page.locator(".st-key-chart-sweep-importance .bars path")
    expect(bars).to_have_count(2)
    parts.get_by_text("Contour", exact=True).click()
    expect(page.locator(".st-key-chart-sweep-contour .contour path").first).to_be_attached()
    expect(bars).to_have_count(0)
    parts.get_by_text("Slices", exact=True).click()
    charts = page.locator("[class*=st-key-chart-sweep-slice-]")
    expect(charts).to_have_count(2)
    expect(charts.last.locator(".points path").first).to_be_visible()
    settled(page)
    assert not faults_in_both_themes(page, "sweeps, slices")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(DESKTOP)
    settled(page)
    click_point(page, charts.first.locator(".points path").last)  # the star
    page.wait_for_url(re.compile(rf"/run\?.*run={best}"))
    page.go_back()
    settled(page)


def test_a_sweep_is_begun_stopped_continued_by_another_server_and_its_best_used(
    app, page, settled, shots
):
    first = app()
    page.goto(f"{first.url}/sweeps?{SETTINGS}")
    settled(page)
    fill(page, "sweep-space-optim", "0.01..0.5:log")  # the first: its learning rate
    fill(page, "sweep-trials", "300")
    fill(page, "sweep-name", "hunt")
    button(page, "start-sweep").click()  # while the caret is in the field
    page.wait_for_url(re.compile("sweep=hunt"))
    state(page, "Running")
    expect(page.locator(".st-key-sweep-best")).to_contain_text("Best: ")
    expect(page.locator(".st-key-chart-sweep-history .points path").first).to_be_attached()
    sweep = find_sweep(first.runs, "hunt").read()
    assert sweep.trials == 300
    assert sweep.space.texts[0] == "optim.lr=0.01..0.5:log"

    button(page, "stop-sweep").click()
    state(page, "Stopped")
    settled(page)
    begun = trials(first, "hunt")
    assert 0 < begun < 300
    expect(page.locator("[class*=st-key-start-sweep] button:visible")).to_have_count(0)  # folded

    button(page, "continue-sweep").click()
    state(page, "Running")
    wait_for(lambda: trials(first, "hunt") > begun, 60, "the sweep goes on")
    first.stop(signal.SIGKILL)
    controller = find_sweep(first.runs, "hunt").controller
    assert controller  # a server that is killed takes nothing with it
    second = app()
    page.goto(f"{second.url}/sweeps?{SETTINGS}&sweep=hunt")
    state(page, "Running")
    page.locator("[class*=st-key-sweep-numbers] button:visible").last.click()
    fewer = max(trials(second, "hunt") + 3, 12)  # enough for importance and contour
    fill(page, "sweep-hunt-trials", str(fewer))
    button(page, "change-sweep").click()
    state(page, "Finished")
    store = RunStore(second.runs)
    found = read_sweep(find_sweep(second.runs, "hunt"), store)
    assert fewer <= found.sweep.trials < 300  # those that had begun by the click stay
    state(page, f"of {found.sweep.trials} trials")
    numbers = [info.trial for info in store.list() if info.sweep == found.sweep.id]
    assert sorted(numbers) == list(range(len(numbers)))  # none twice, none lost
    page.keyboard.press("Escape")

    settled(page)
    shots(page, "sweeps")
    assert not faults_in_both_themes(page, "sweeps")
    assert found.best
    check_charts_by_setting(page, settled, found.best.run.id)
    button(page, "use-best").click()
    rate = page.locator("[class*='st-key-optim-lr'] input:visible").last
    expect(rate).to_have_value(f"{found.best.params['optim.lr']:g}")
    button(page, "best-run").click()
    page.wait_for_url(re.compile(rf"/run\?.*run={found.best.run.id}"))
    page.go_back()
    button(page, "sweep-runs").click()
    expect(page.locator(".runs-table tbody tr").first).to_be_visible()
    expect(page.get_by_label("Filter", exact=True)).to_have_value('tag = "hunt"')
