"""The Train page in a real browser, on the bundled digits."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from mlcore.runs import RunFolder, RunStore, read_state

pytestmark = pytest.mark.browser

CHART = ".live-chart[data-points]"
AXIS = "document.querySelector('.live-chart')._fullLayout.xaxis"
LONG = "data.name=digits&data.batch_size=16&train.epochs=2000"
SHORT = "data.name=digits&data.batch_size=32&train.epochs=3"


def points(page: Page) -> int:
    return int(page.locator(CHART).get_attribute("data-points") or 0)


def last_step(page: Page) -> float:
    return float(page.locator(CHART).get_attribute("data-last") or 0)


def wait_for_steps(page: Page, more_than: float = 0) -> None:
    page.wait_for_function(
        "([chart, least]) => Number(document.querySelector(chart)?.dataset.last ?? 0) > least",
        arg=[CHART, more_than],
    )


def wait_for_redraw(page: Page) -> None:
    """Wait until the chart has been drawn anew twice from now on."""
    draws = int(page.locator(CHART).get_attribute("data-draws") or 0)
    page.wait_for_function(
        "([chart, draws]) => Number(document.querySelector(chart)?.dataset.draws ?? 0) > draws + 1",
        arg=[CHART, draws],
    )


def button(page: Page, key: str) -> Locator:
    """The button with this key; one with a tooltip is there twice, once for touch screens."""
    return page.locator(f".st-key-{key} button:visible")


def badge(page: Page, state: str) -> None:
    expect(page.locator(".st-key-standing")).to_contain_text(state)


def press_train(page: Page) -> None:
    expect(button(page, "train")).to_be_enabled()
    button(page, "train").click()


def press_stop(page: Page) -> None:
    button(page, "stop").click()
    badge(page, "Stopped")


def shown_range(page: Page) -> list[float]:
    found: list[float] = page.evaluate(f"{AXIS}.range")
    return found


def zoom(page: Page) -> list[float]:
    """Drag over the middle of the loss panel; the range it leads to."""
    panel = page.locator(".live-chart .nsewdrag").first
    for _ in range(3):  # what is drawn above it while a busy page is dragged over moves it away
        panel.scroll_into_view_if_needed()
        box = panel.bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.2, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.3, y, steps=4)
        page.mouse.move(box["x"] + box["width"] * 0.4, y, steps=4)
        page.mouse.up()
        with contextlib.suppress(Error):
            page.wait_for_function(f"{AXIS}.autorange !== true", timeout=10_000)
            break
    assert page.evaluate(f"{AXIS}.autorange !== true")
    return shown_range(page)


def run_of(page: Page) -> str:
    page.wait_for_url(re.compile(r"[?&]run="))
    found = re.search(r"[?&]run=([\w-]+)", page.url)
    assert found
    return found[1]


def test_a_click_on_train_draws_points_progress_and_in_the_end_a_test_accuracy(app, page, settled):
    page.goto(f"{app().url}/?{SHORT}")
    settled(page)
    begun = time.perf_counter()
    press_train(page)
    wait_for_steps(page)
    print(f"\nclick on Train to first point: {time.perf_counter() - begun:.2f} s")
    badge(page, "Finished")
    expect(page.locator(".st-key-figures")).to_contain_text(
        re.compile(r"Test accuracy\s*\d+\.\d\d %")
    )
    assert points(page) == 3 * 39
    button(page, "continue-run").click()
    expect(button(page, "extend")).to_be_enabled()


def test_the_bar_moves_and_stop_keeps_a_model_that_can_be_resumed(app, page, settled):
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    settled(page)
    press_train(page)
    wait_for_steps(page)
    words = page.get_by_test_id("stProgress")
    expect(words).to_contain_text(re.compile(r"Epoch [\d,]+ of 2,000 · step [\d,]+ of 156,000"))
    before = words.inner_text()
    expect(words).not_to_have_text(before)
    begun = time.perf_counter()
    press_stop(page)
    print(f"\nclick on Stop to acknowledged: {time.perf_counter() - begun:.2f} s")
    folder: RunFolder = RunStore(server.runs).get(run_of(page))
    assert read_state(folder) == "stopped"
    assert folder.last_checkpoint() is not None
    stopped_at = last_step(page)
    button(page, "resume").click()
    badge(page, "Training")
    wait_for_steps(page, stopped_at)
    press_stop(page)


def test_zoom_and_node_survive_refreshes_and_a_double_click_shows_all(app, page, settled):
    page.goto(f"{app().url}/?{LONG}")
    settled(page)
    press_train(page)
    wait_for_steps(page, 2_000)
    page.evaluate("document.querySelector('.live-chart').marked = true")
    zoomed = zoom(page)
    wait_for_redraw(page)
    wait_for_redraw(page)
    assert shown_range(page) == zoomed
    assert page.evaluate("document.querySelector('.live-chart').marked")
    # The steps of the stretch arrive in detail.
    page.wait_for_function(
        """([first, last]) => {
            const steps = document.querySelector('.live-chart').data[0].x;
            const inside = steps.filter((step) => step >= first && step <= last).length;
            return inside >= Math.min(last - first - 2, 900); // of about 1,000 where there are more
        }""",
        arg=zoomed,
    )
    page.get_by_role("link", name="Data", exact=True).click()
    page.locator(CHART).wait_for(state="detached")
    page.get_by_role("link", name="Train", exact=True).click()
    page.locator(CHART).wait_for()
    for _ in range(2):
        wait_for_redraw(page)
    assert shown_range(page) == zoomed
    press_stop(page)
    assert shown_range(page) == zoomed
    whole = f"{AXIS}.autorange"
    settled(page)
    for _ in range(5):  # two clicks that a busy page takes apart are no double one
        page.locator(".live-chart .nsewdrag").first.dblclick()
        with contextlib.suppress(Error):
            page.wait_for_function(whole, timeout=5_000)
            break
    assert page.evaluate(whole)


def test_a_drag_is_not_disturbed_by_what_arrives(app, page, settled):
    page.goto(f"{app().url}/?{LONG}")
    settled(page)
    press_train(page)
    wait_for_steps(page, 500)
    panel = page.locator(".live-chart .nsewdrag").first
    panel.scroll_into_view_if_needed()
    box = panel.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 100, steps=4)
    words = page.get_by_test_id("stProgress").inner_text()
    drawn = page.locator(CHART).get_attribute("data-draws")
    expect(page.get_by_test_id("stProgress")).not_to_have_text(words)  # the page goes on …
    assert page.locator(CHART).get_attribute("data-draws") == drawn  # … the chart waits
    expect(page.locator(".zoomlayer path.zoombox")).to_be_attached()
    page.mouse.up()
    wait_for_redraw(page)
    press_stop(page)


def test_refresh_page_change_and_a_second_tab_show_the_same_run(app, page, settled):
    page.goto(f"{app().url}/?{LONG}")
    settled(page)
    press_train(page)
    wait_for_steps(page)
    run = run_of(page)
    at = last_step(page)
    page.reload()
    wait_for_steps(page, at)
    assert run_of(page) == run
    page.get_by_test_id("stSidebarNav").get_by_text("Data", exact=True).click()
    expect(page.locator(CHART)).to_have_count(0)
    page.get_by_test_id("stSidebarNav").get_by_text("Train", exact=True).click()
    wait_for_steps(page, at)
    assert run_of(page) == run
    second = page.context.new_page()
    second.goto(page.url.split("?")[0])
    wait_for_steps(second, at)
    assert run_of(second) == run
    press_stop(second)
    badge(page, "Stopped")


def test_the_chart_follows_the_theme_without_a_new_node(app, page, settled):
    page.goto(f"{app().url}/?{SHORT}")
    settled(page)
    press_train(page)
    badge(page, "Finished")
    settled(page)  # the last drawing of a run that ends makes the page anew
    colour = "document.querySelector('.live-chart')?._fullLayout?.font.color"
    page.wait_for_function(colour)
    page.evaluate("document.querySelector('.live-chart').marked = true")
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{colour} !== {light!r}")
    assert page.evaluate("document.querySelector('.live-chart').marked")


def test_the_log_axis_can_be_switched(app, page, settled):
    page.goto(f"{app().url}/?{SHORT}")
    settled(page)
    press_train(page)
    badge(page, "Finished")
    page.locator(".st-key-log-axis").get_by_text("Logarithmic").click()
    page.wait_for_function("document.querySelector('.live-chart')._fullLayout.yaxis.type === 'log'")


def test_it_looks_right_while_and_after_a_run(
    app, page, settled, shots: Callable[[Page, str], list]
):
    page.goto(f"{app().url}/?{LONG}")
    settled(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_viewport_size({"width": 1400, "height": 900})
    press_train(page)
    wait_for_steps(page, 2_000)
    shots(page, "train-during")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".live-chart")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press_stop(page)
    shots(page, "train-after")


def test_no_button_of_the_chart_sends_data_away(app, page, settled):
    page.goto(f"{app().url}/?{SHORT}")
    settled(page)
    press_train(page)
    badge(page, "Finished")
    titles = page.locator(".live-chart .modebar-btn").evaluate_all(
        "buttons => buttons.map((button) => button.dataset.title)"
    )
    assert titles == ["Reset axes", "Zoom", "Pan", "Download plot as a PNG"]


def test_without_static_serving_plotly_comes_with_the_page(app, page, settled, monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_ENABLE_STATIC_SERVING", "false")
    served: list[str] = []
    page.on("request", lambda request: served.append(request.url))
    page.goto(f"{app().url}/?{SHORT}")
    settled(page)
    press_train(page)
    badge(page, "Finished")
    wait_for_steps(page)
    assert not [url for url in served if "/app/static/" in url]
