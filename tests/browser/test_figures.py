"""The figures of a test, as a person looks at them: by mouse, by keyboard, and taken along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from mlcore.config import RunConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.browser.axe import faults
from tests.browser.server import App, stop_runs, wait_settled
from tests.browser.shared import shared_app

pytestmark = pytest.mark.browser

SETTINGS = {
    "data.name": "digits",
    "data.validation": 200,
    "model.hidden": (16,),
    "optim.name": "adam",
    "train.epochs": 3,
    "train.device": "cpu",
    "train.threads": 1,
}


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, RunFolder]]:
    """A server with a run that ended."""
    folder = tmp_path_factory.mktemp("figures")
    run = RunStore(folder / "runs").create(RunConfig.from_flat(SETTINGS))
    execute(run)
    with shared_app(folder) as app:
        yield app, run
    stop_runs(app.runs)


def opened(page: Page, tested: tuple[App, RunFolder], more: str = "") -> None:
    app, run = tested
    page.goto(f"{app.url}/test?data.name=digits&run={run.id}{more}")
    expect(page.locator(".st-key-figures")).to_contain_text(
        re.compile(r"95\s%:\s[\d.]+\sto\s[\d.]+\s%")
    )
    wait_settled(page)


def parameter(page: Page, name: str, value: str | None) -> None:
    """Wait until the address says so."""
    page.wait_for_function(
        "([name, value]) => new URL(location.href).searchParams.get(name) === value",
        arg=[name, value],
    )


def click_cell(page: Page, true: int, predicted: int) -> None:
    chart = page.locator(".st-key-confusion .js-plotly-plot:visible").last
    chart.locator(".textpoint").first.wait_for()
    chart.scroll_into_view_if_needed()
    x, y = chart.evaluate(
        """(plot, [row, column]) => {
            const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
            const right = xaxis._offset + xaxis.l2p(column), down = yaxis._offset + yaxis.l2p(row);
            return [box.x + right, box.y + down];
        }""",
        [true, predicted],
    )
    page.mouse.move(x - 2, y - 2)
    page.mouse.move(x, y)
    page.mouse.click(x, y)


def test_a_cell_is_clicked_its_images_seen_and_the_link_shows_the_same(tested, page):
    opened(page, tested)
    click_cell(page, 8, 1)
    parameter(page, "cell", "8-1")
    wait_settled(page)
    expect(page.locator(".st-key-all-mistakes button:visible")).to_be_visible()
    expect(page.locator(".st-key-confusion .shapelayer path:visible")).to_have_count(1)
    shown = page.locator(".cards a").evaluate_all("cards => cards.map((card) => card.title)")
    assert all(": an 8 mistaken for a 1 with " in words for words in shown)
    page.reload()
    wait_settled(page)
    expect(page.locator(".st-key-mistakes-true input")).to_have_value("8")
    expect(page.locator(".st-key-mistakes-predicted input")).to_have_value("1")
    assert page.locator(".cards a").count() == len(shown)
    click_cell(page, 5, 5)
    parameter(page, "cell", "5-")


def test_a_card_is_a_link_that_keeps_the_session_and_back_leads_to_its_grid(tested, page):
    opened(page, tested, "&cell=5-")
    page.evaluate("window.mark = 1")
    card = page.locator(".cards a").first
    index = re.search(r"Test image (\d+)", card.get_attribute("title") or "")
    assert index
    assert f"part=image&image={index[1]}" in (card.get_attribute("href") or "")
    card.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('[data-stale=true]')")
    wait_settled(page)
    number = page.get_by_role("textbox", name="Test image", exact=True)
    expect(number).to_have_value(index[1])
    page.go_back()
    parameter(page, "part", None)
    parameter(page, "cell", "5-")
    expect(page.locator(".st-key-mistakes-true input:visible")).to_have_value("5")
    page.go_forward()
    parameter(page, "image", index[1])
    expect(number).to_have_value(index[1])  # among what is left of the grid for a moment
    assert page.evaluate("window.mark") == 1


def test_parts_are_reached_by_keyboard_and_stand_in_the_address(tested, page):
    opened(page, tested)
    page.locator(".st-key-test-part button").nth(0).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    parameter(page, "part", "sure")
    expect(page.get_by_text("Expected calibration error").last).to_be_visible()
    assert not faults(page)
    slider = page.get_by_role("slider", name="Least confidence")
    before = page.get_by_text(re.compile(r"^At 90\s% or more")).inner_text()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^At 91\s% or more"))).not_to_have_text(before)
    page.locator(".st-key-test-part button").nth(0).click()
    parameter(page, "part", None)


def test_two_checkpoints_are_compared(tested, page):
    opened(page, tested, "&part=compare")
    expect(page.locator(".st-key-accuracies")).to_contain_text("Second")
    expect(page.get_by_text(re.compile("McNemar|nothing speaks")).last).to_be_visible()
    expect(page.locator(".st-key-difference .heatmaplayer:visible")).to_have_count(1)
    assert not faults(page)


def test_charts_and_tables_are_taken_along(tested, page, tmp_path: Path):
    opened(page, tested)
    page.locator(".st-key-confusion .textpoint").first.wait_for()
    for form in ("PNG", "SVG"):
        button = page.get_by_role("button", name=f"Download as {form}: Confusion matrix")
        with page.expect_download() as download:
            button.click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert re.fullmatch(rf"[\d-]+-\w+-step-\d+-confusion\.{form.lower()}", file.name)
        if form == "PNG":
            assert min(Image.open(file).size) >= 1000
        else:
            text = file.read_text()
            assert text.startswith("<svg")
            assert ">predicted</text>" in text
    page.locator(".st-key-test-part button").nth(1).click()
    with page.expect_download() as download:
        page.locator(".st-key-csv-classes button:visible").first.click()
    file = tmp_path / "classes.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["class"] for row in rows] == list("0123456789")
    assert sum(int(row["images"]) for row in rows) == 360


def taken(page: Page, title: str, form: str, folder: Path) -> Path:
    """The file that a figure's button writes."""
    button = page.get_by_role("button", name=f"Download as {form}: {title}").first
    with page.expect_download() as download:
        button.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def likeness(drawn: Image.Image, seen: Image.Image) -> float:
    """Their correlation at a third of the size, where the edges of letters do not count."""
    size = seen.width // 3, seen.height // 3
    a, b = (
        np.asarray(one.convert("L").resize(size, Image.Resampling.BOX), float)
        for one in (drawn, seen)
    )
    inner = a[1:-1, 1:-1].ravel()
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = (np.roll(b, shift, (0, 1))[1:-1, 1:-1].ravel() for shift in shifts)
    return max(float(np.corrcoef(inner, one)[0, 1]) for one in moved)


def colours(file: Path) -> int:
    return len(Image.open(file).convert("RGB").getcolors(10_000_000) or ())


def test_points_are_gone_through_by_arrow_keys_and_taken_along(tested, page, tmp_path: Path):
    opened(page, tested, "&part=learned")
    page.locator(".st-key-chart-last-layer .cloud canvas").first.wait_for()
    assert colours(taken(page, "The last hidden layer", "PNG", tmp_path)) > 10
    text = taken(page, "The last hidden layer", "SVG", tmp_path).read_text()
    assert text.count("<text") == 360  # the bundled digits' test images
    assert not re.search(r"oklch|light-dark|var\(", text)
    assert len(re.findall(r'<text [^>]*fill="(?:#\w{6}|rgb\([\d, ]+\))"', text)) == 360
    points = page.locator(".st-key-chart-last-layer canvas").first
    points.focus()
    points.press("ArrowRight")
    first = page.locator(".cloud-tip").inner_text()
    points.press("ArrowUp")
    expect(page.locator(".cloud-tip")).not_to_have_text(first)
    assert re.match(r"Test image \d+: \d", first)
    weights = taken(page, "What the first layer looks for", "SVG", tmp_path).read_text()
    assert weights.count("<image") == 16


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_grid_is_taken_along_with_its_captions(tested, page, tmp_path: Path, scheme: str):
    page.emulate_media(color_scheme=scheme)
    opened(page, tested)
    grid = page.locator(".cards")
    whole = grid.locator("xpath=..")  # with what its colours mean
    box = whole.bounding_box()
    assert box
    picture = Image.open(taken(page, "Most confident mistakes", "PNG", tmp_path)).convert("RGB")
    assert abs(picture.width / 2 - box["width"] - 24) < 3
    assert abs(picture.height / 2 - box["height"] - 24) < 3
    assert (sum(picture.getpixel((2, 2))) > 384) == (scheme == "light")
    card, place = grid.locator("a").nth(1), grid.locator("a").nth(1).bounding_box()
    box = whole.bounding_box()
    assert box
    assert place
    x, y = 2 * (place["x"] - box["x"] + 12), 2 * (place["y"] - box["y"] + 12)
    drawn = picture.crop((x, y, x + 2 * place["width"], y + 2 * place["height"]))
    own, other = (
        likeness(drawn, Image.open(io.BytesIO(one.screenshot(animations="disabled"))))
        for one in (card, grid.locator("a").nth(2))
    )
    assert own > max(0.95, other)
    text = taken(page, "Most confident mistakes", "SVG", tmp_path).read_text()
    cards = grid.locator("a").count()
    assert text.count("<image") == cards
    for words in grid.locator(".is").all_inner_texts():
        assert f">{words}</text>" in text
    assert ">true class</text>" in text
    ET.fromstring(text)


def test_an_image_and_the_film_are_taken_along(tested, page, tmp_path: Path):
    opened(page, tested, "&part=image&image=7")
    page.locator(".nearest img").first.wait_for()
    page.locator(".chances li").first.wait_for()
    for title, images in (
        ("Test image 7", 2),
        ("All classes", 0),
        ("Nearest training images", 8),
    ):
        text = taken(page, title, "SVG", tmp_path).read_text()
        assert text.count("<image") == images, title
        assert len(ET.fromstring(text)) > 3
        assert colours(taken(page, title, "PNG", tmp_path)) > 10
    opened(page, tested, "&part=epochs")
    page.locator(".film-slider").press("Home")
    file = taken(page, "This epoch of the film", "SVG", tmp_path)
    assert file.name.endswith("-film-0.svg")
    text = file.read_text()
    assert page.locator(".film-now").inner_text() in text
    assert text.count("<image") == 1  # the weights; the points are text
    assert text.count("<text") > 400
    ET.fromstring(text)
