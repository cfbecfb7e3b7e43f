"""The whole way on real MNIST: train, test, download, upload, and the same accuracy again."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from dashboard.settings.link import write_link
from mlcore.presets import find_preset
from tests.browser.driving import button

pytestmark = [pytest.mark.browser, pytest.mark.mnist, pytest.mark.slow]

FAST = urlencode(write_link(find_preset("fast-98")))
ACCURACY = re.compile(r"(\d+\.\d+) %.*?([\d,]+) of 10,000", re.DOTALL)


def go_to(page: Page, name: str, settled) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
    settled(page)


def verdict(page: Page) -> tuple[str, str]:
    """Accuracy in percent, and the number of images that were right, as the page writes them."""
    figures = page.locator(".st-key-figures")
    expect(figures).to_contain_text(ACCURACY, timeout=60_000)
    found = ACCURACY.search(figures.inner_text())
    assert found
    return found[1], found[2]


def test_fast_98_trains_past_98_percent_and_comes_back_from_its_download_unchanged(
    app, page, settled, mnist_root, tmp_path: Path
):
    page.goto(f"{app(data=mnist_root).url}/?{FAST}")
    settled(page)
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("Fast 98 %")
    train = button(page, "train")
    expect(train).to_be_enabled()
    begun = time.perf_counter()
    train.click()
    page.wait_for_function(
        "Number(document.querySelector('.live-chart[data-points]')?.dataset.last ?? 0) > 0"
    )
    print(f"\nclick on Train to first point: {time.perf_counter() - begun:.2f} s")
    expect(page.locator(".st-key-standing").last).to_contain_text("Finished", timeout=180_000)
    print(f"click on Train to finished: {time.perf_counter() - begun:.1f} s")

    go_to(page, "Test", settled)
    trained = verdict(page)
    assert int(trained[1].replace(",", "")) >= 9_800

    go_to(page, "Checkpoints", settled)
    with page.expect_download() as download:
        page.get_by_role("button", name="Full").first.click()
    file = tmp_path / "downloaded.pt"
    download.value.save_as(file)

    page.get_by_test_id("stMain").locator("input[type=file]").set_input_files(file)
    inspection = page.locator(".st-key-inspection")
    expect(inspection).to_contain_text("MNIST")
    button(page, "test-upload").click()
    settled(page)
    assert verdict(page) == trained
