"""A first visit, led from the data to a drawn digit, and the questions with their clicks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.words.questions import QUESTIONS
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.run import execute
from mlcore.runs import RunStore
from tests.browser.driving import badge, button
from tests.browser.server import DESKTOP, App, wait_settled
from tests.browser.shared import shared_app
from tests.browser.test_draw import draw

pytestmark = pytest.mark.browser

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=3, device="cpu", threads=1),
)
WHOLE = """said => {
  const room = said.closest("nav").getBoundingClientRect(), text = document.createRange();
  text.selectNodeContents(said);
  const lines = text.getBoundingClientRect();
  return said.scrollWidth <= said.clientWidth && lines.right <= room.right
    && lines.top >= room.top && lines.bottom <= room.bottom;
}"""
MOST_SECONDS = 60  # from the first look at the page to a confusion matrix


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server with one run on the bundled digits."""
    folder = tmp_path_factory.mktemp("learning")
    execute(RunStore(folder / "runs").create(CONFIG))
    with shared_app(folder) as server:
        yield server


def line(page: Page) -> Locator:
    return page.locator(".st-key-first-steps nav")


def next_step(page: Page, step: str) -> None:
    """Wait until this step is next, and click its sentence."""
    sentence = line(page).locator(f".text[data-step={step}]")
    expect(sentence).to_be_visible()
    wait_settled(page)
    sentence.click()


def test_a_first_visit_is_led_to_a_matrix_within_a_minute_and_to_a_digit_of_ones_own(
    app, page, offline
):
    url = app(env=offline).url
    began = time.monotonic()
    page.goto(url)
    expect(page).to_have_url(re.compile(r"data\.name=digits"))
    expect(page.locator(".examples img")).to_have_count(10)
    next_step(page, "data")
    expect(page).to_have_url(re.compile("/data"))
    next_step(page, "model")
    expect(page.locator(".st-key-how-model .katex-display").first).to_be_in_viewport()
    next_step(page, "train")
    badge(page, "Finished")
    next_step(page, "test")
    expect(page.locator(".st-key-matrix-part .stPlotlyChart").first).to_be_visible()
    assert time.monotonic() - began < MOST_SECONDS
    next_step(page, "draw")
    page.locator(".drawing-canvas").wait_for()
    wait_settled(page)
    draw(page, 3)
    expect(line(page).locator(".said")).to_contain_text("the whole way")
    for width in (1280, 700, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(WHOLE, arg=line(page).locator(".said").element_handle())
    page.set_viewport_size(DESKTOP)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train", exact=True).click()
    expect(line(page)).to_be_hidden()
    page.reload()
    wait_settled(page)
    expect(line(page)).to_be_hidden()
    page.goto(page.url.replace("/?", "/learn?"))
    button(page, "first-steps-again").click()
    expect(line(page).locator(".text[data-step=data]")).to_be_visible()
    line(page).locator(".close").click()
    expect(line(page)).to_be_hidden()


def test_the_code_of_a_chapter_is_seen_whole_beside_its_words(lab, page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{lab.url}/?how=model")
    code = page.locator(".st-key-how-model-code pre, .st-key-how-model pre").first
    expect(code).to_contain_text("log_softmax(self.fc3(x), dim=1)")
    assert code.evaluate("pre => pre.scrollWidth <= pre.clientWidth")


def test_every_question_is_answered_two_clicks_from_any_page(lab, page):
    """The start page has the same navigation: a click to the questions, a click to the answer."""
    page.goto(f"{lab.url}/?data.name=digits")
    wait_settled(page)
    for number, question in enumerate(QUESTIONS):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Questions").click()
        expect(page.locator(f".st-key-question-{number}")).to_contain_text(
            question.text.replace("`", "")
        )
        button(page, f"answer-{number}").click()
        page.wait_for_url(
            re.compile(rf"/{'' if question.page == 'train' else question.page}(\?|$)")
        )
        shown = page.locator(
            f":is([data-testid=stMain], [data-testid=stSidebar]) .st-key-{question.shows}"
        ).first
        expect(shown, question.text).to_be_in_viewport()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_an_answer_that_needs_a_model_is_a_click_away_where_nothing_is_trained(app, page):
    page.goto(f"{app().url}/learn?data.name=digits")
    (number, question), *_ = (
        (number, question)
        for number, question in enumerate(QUESTIONS)
        if question.places.get("part") == "image"
    )
    button(page, f"answer-{number}").click()
    button(page, "train-here").first.click()
    expect(page.locator(f".st-key-{question.shows}").first).to_be_in_viewport()
    expect(page).to_have_url(re.compile("part=image"))
