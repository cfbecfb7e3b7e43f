"""The code on the page: marked where a control moves it, and worth what the page trains."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from mlcore.runs import History, RunFolder
from tests.browser.driving import badge, click_train

pytestmark = pytest.mark.browser

SHORT = (
    "data.name=digits&data.train_limit=400&data.batch_size=32&data.validation=100"
    "&train.epochs=2&train.device=cpu"
)


def marked_lines(page: Page) -> list[str]:
    return [line.strip() for line in page.locator(".code-view .marked").all_inner_texts()]


def test_the_code_is_followed_copied_and_gives_the_losses_that_train_gives(
    app, page, settled, shots, tmp_path
):
    server = app()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}/?{SHORT}")
    settled(page)
    page.locator(".st-key-code-to-start summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".code-view .line").first).to_be_visible()
    assert marked_lines(page) == []

    page.get_by_role("textbox", name="Learning rate").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.05")
    page.keyboard.press("Enter")
    line = "optimizer = torch.optim.SGD(model.parameters(), lr=0.05)"
    expect(page.locator(".code-view .marked")).to_have_text(re.compile(re.escape(line)))
    expect(page.locator(".code-view .marked")).to_be_in_viewport()
    expect(page.locator(".code-view .said")).to_have_text(re.compile(r"^Line \d+ has changed$"))
    shots(page, "code")

    page.locator(".code-view .copy").click()
    expect(page.locator(".code-view .said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.locator(".code-view .download").click()
    assert download.value.suggested_filename == "train.py"
    script = tmp_path / "train.py"
    download.value.save_as(script)
    assert script.read_text() == copied
    assert line in copied

    run = click_train(page)
    badge(page, "Finished")
    words = [sys.executable, str(script), "--losses", str(tmp_path / "losses")]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=120)
    history = History(RunFolder(server.runs / run))
    history.refresh()
    losses = [float(line) for line in (tmp_path / "losses").read_text().splitlines()]
    assert len(losses) == 20
    assert losses == history.steps.tolist()

    own = page.locator(f".st-key-code-of-{run}")
    own.locator("summary").click()
    expect(own.locator(".code-view .line").nth(2)).to_contain_text(f"run {run} to the last digit")
    own.get_by_role("radio", name="Command").click()
    expect(own.locator(".code-view .line").first).to_contain_text("mlcore train --data.name digits")
