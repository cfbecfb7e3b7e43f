"""From an image's address into the network, and through the epochs of a run, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mlcore.config import DataConfig, ModelConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore

pytestmark = pytest.mark.browser

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    model=ModelConfig(hidden=(16, 12)),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=3, device="cpu", threads=1),
)


@pytest.fixture
def trained(tmp_path: Path) -> RunFolder:
    folder = RunStore(tmp_path / "app" / "runs").create(CONFIG, name="digits try")
    execute(folder)
    return folder


def click_bar(page: Page, row: int, unit: int, units: int) -> None:
    """Click on one of so many bars in a row of the way through the network."""
    chart = page.locator(".st-key-network-path .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".draglayer .nsewdrag").nth(row).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * (unit + 0.7) / (units + 0.4), box["y"] + 20, steps=3)
    page.mouse.down()
    page.mouse.up()


def shown_epoch(page: Page) -> int:
    return int(page.locator(".film").get_attribute("data-index") or -1)


def test_an_image_is_followed_into_the_network_and_the_epochs_are_played(
    app, page, settled, trained
):
    server = app()
    page.goto(f"{server.url}/test?data.name=digits&run={trained.id}&part=image&image=7")
    expect(page.locator(".chances li")).to_have_count(10)
    settled(page)
    expect(page.locator(".st-key-test-image input")).to_have_value("7")

    click_bar(page, 1, 4, 12)  # fc2
    page.wait_for_url(re.compile(r"unit=2\.4"))
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("fc2 · unit 4", exact=True)).to_be_visible()
    expect(main.get_by_text(re.compile(r"^The sum is −?\d+\.\d{4}\."))).to_be_visible()

    page.get_by_role("radio", name="Over time").or_(
        page.get_by_role("button", name="Over time")
    ).first.click()
    film = page.locator(".film")
    expect(film).to_have_attribute("data-index", "3")
    expect(page.locator(".film-now")).to_contain_text("Epoch 3 · step 117")
    slider = page.locator(".film-slider")
    slider.focus()
    slider.press("Home")
    expect(film).to_have_attribute("data-index", "0")
    expect(page.locator(".film-now")).to_contain_text("Epoch 0 · step 0")
    assert float(film.get_attribute("data-ms")) <= 300
    total = sum(int(text or 0) for text in page.locator(".film-matrix td").all_inner_texts())
    assert total == 360

    page.locator(".film-play").click()
    expect(page.locator(".film-play")).to_have_text("Pause")
    expect(film).to_have_attribute("data-index", "3")
    expect(page.locator(".film-play")).to_have_text("Play")
    assert shown_epoch(page) == 3
