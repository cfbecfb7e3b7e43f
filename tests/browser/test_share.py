"""A run leaves one server as a file and comes to another, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.browser.driving import badge
from tests.browser.server import App, wait_settled

pytestmark = pytest.mark.browser

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=3, device="cpu", threads=1),
)


@pytest.fixture
def trained(tmp_path: Path) -> RunFolder:
    """A finished run in the runs folder of the first server."""
    folder = RunStore(tmp_path / "first" / "runs").create(CONFIG, name="shared digits")
    execute(folder)
    return folder


def bring_in(page: Page, path: Path) -> None:
    """Drop a file into the field that the button opens."""
    page.locator("[class*=st-key-bring-in] button:visible").last.click()
    page.locator("[class*=st-key-run-uploader] input[type=file]").set_input_files(path)


def test_a_run_is_packed_on_one_server_and_brought_in_on_another(
    app: Callable[..., App],
    page: Page,
    trained: RunFolder,
    tmp_path: Path,
    shots: Callable[[Page, str], list[Path]],
) -> None:
    first = app(folder=tmp_path / "first")
    page.goto(f"{first.url}/checkpoints?run={trained.id}")
    page.locator(f".st-key-pack-open-{trained.id} button:visible").click()
    page.get_by_text("All of them").click()
    shots(page, "pack")
    with page.expect_download() as waiting:
        page.locator(f".st-key-pack-{trained.id} button:visible").click()
    assert waiting.value.suggested_filename == "shared-digits.zip"
    packed = tmp_path / "shared-digits.zip"
    waiting.value.save_as(packed)
    first.stop()

    second = app(folder=tmp_path / "second")
    page.goto(f"{second.url}/checkpoints")
    wait_settled(page)
    other = tmp_path / "other.zip"
    other.write_bytes(packed.read_bytes()[:-1000])
    bring_in(page, other)
    report = page.locator(".st-key-run-upload-report")
    expect(report).to_contain_text("The file is no packed run")
    wait_settled(page)

    bring_in(page, packed)
    expect(page.locator(".st-key-brought-in")).to_contain_text("The run “shared digits” is here")
    shots(page, "brought-in")
    page.locator("[class*=st-key-show-brought] button:visible").click()
    badge(page, "Finished")
    page.wait_for_url(re.compile(rf"[?&]run={trained.id}"))
    folder = RunFolder(second.runs / trained.id)
    assert folder.last_checkpoint().read_bytes() == trained.last_checkpoint().read_bytes()
    assert replay(folder).equal
