"""A reader whose browser asks for Chinese trains a model, and goes on in English meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driving import LONG, badge, button, click_train, wait_for_steps
from tests.browser.noise import Noise
from tests.browser.server import DESKTOP, App

pytestmark = pytest.mark.browser

CHINESE = re.compile("[\u4e00-\u9fff]")


SEEN = """() => {
  const page = document.querySelector('[data-testid=stApp]').cloneNode(true);
  page.querySelector('.st-key-language-choice')?.remove();
  return page.innerText;
}"""
"""The texts of the page, but for the choice of the language."""


def test_the_language_changes_while_a_run_trains(
    app: Callable[..., App], browser: Browser, noise: Noise
) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", reduced_motion="reduce")
    noise.listen(context)
    page = context.new_page()
    page.goto(f"{app().url}/?{LONG}&optim.lr=0.02")
    expect(button(page, "train")).to_have_text(re.compile("训练"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "lang=" not in page.url
    run = click_train(page)
    wait_for_steps(page)
    badge(page, "训练中")

    choice = page.locator(".st-key-language-choice")
    choice.get_by_text("English").click()
    badge(page, "Training")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_url(re.compile(r"[?&]lang=en(&|$)"))
    assert f"run={run}" in page.url
    assert "optim.lr=0.02" in page.url
    wait_for_steps(page, 100)
    expect(page.locator(".live-chart")).not_to_contain_text(CHINESE)
    page.wait_for_function(f"() => !/{CHINESE.pattern}/.test(({SEEN})())")

    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_text("Samples of each class")).to_be_visible()
    page.wait_for_url(re.compile(r"/data\?.*lang=en"))
    page.reload()  # what the address says comes before what the browser asks for
    expect(page.get_by_text("Samples of each class")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.get_by_role("link", name="Checkpoints", exact=True).click()
    upload = page.get_by_test_id("stFileUploaderDropzone").first
    expect(upload).to_contain_text("64 MB per file")
    choice.get_by_text("中文").click()
    expect(upload).to_contain_text("每个文件最多 64 MB")  # Streamlit says it in English only
    expect(upload.locator("button").first).to_contain_text("上传")
    context.close()
