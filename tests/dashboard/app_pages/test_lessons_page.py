"""The page of lessons without a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.server.lessons import lessons
from dashboard.server.load import load
from mlcore.lessons import LESSONS

Address = Callable[[AppTest, str], str | None]


@pytest.fixture(autouse=True)
def _a_server_of_its_own(page_folder: object) -> Iterator[None]:
    lessons.clear()
    load.clear()
    yield
    lessons.clear()
    load.clear()


def opened(app: AppTest, lesson: str | None = None) -> AppTest:
    if lesson:
        app.query_params["lesson"] = lesson
    app.run()
    app.switch_page("app_pages/lessons.py").run()
    assert not app.exception
    return app


def text(page: AppTest) -> str:
    return "\n".join(item.value for item in page.main.markdown)


def links(page: AppTest) -> str:
    return "".join(item.proto.body for item in page.main.get("html"))


def run_to_the_end(page: AppTest) -> None:
    page.button(key="run-lesson").click().run()
    until = time.monotonic() + 60
    while page.button(key="run-lesson").disabled:
        assert time.monotonic() < until
        time.sleep(0.05)
        page.run()


def test_the_address_names_the_lesson_and_the_first_one_is_shown_without(
    app: AppTest, address: Address
) -> None:
    page = opened(app)
    assert page.header[0].value == "No zero_grad"
    assert address(page, "lesson") == "no-zero-grad"


def test_a_link_opens_its_lesson_with_its_question_and_nothing_run(app: AppTest) -> None:
    page = opened(app, "nll-on-logits")
    assert "Why is my loss negative?" in text(page)
    assert "Guess first" in text(page)
    assert "What is seen" not in text(page)
    assert page.button(key="run-lesson").label == "Run both"


def test_a_link_to_a_lesson_that_there_is_not_says_so(app: AppTest) -> None:
    page = opened(app, "<b>no-such")
    assert page.header[0].value == "No zero_grad"
    assert any("there is not" in item.value for item in page.main.caption)


def test_all_lessons_are_real_links(app: AppTest) -> None:
    page = opened(app)
    html = links(page)
    assert all(f'href="lessons?lesson={name}"' in html for name in LESSONS)
    assert html.count('aria-current="page"') == 1


def test_in_another_tab_a_link_opens_in_the_language_that_was_chosen() -> None:
    part = "from dashboard.panels.lesson_parts.choice import choose_lesson\nchoose_lesson()"
    page = AppTest.from_string("from dashboard import session\nsession.language()\n" + part)
    page.query_params["lang"] = "zh-CN"
    html = links(page.run())
    assert all(f'href="lessons?lesson={name}&amp;lang=zh-CN"' in html for name in LESSONS)


def test_many_tabs_look_less_often_at_what_runs(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces: list[float | None] = []
    real = st.fragment

    def spy(part: Callable[..., None], *, run_every: float | None = None) -> Callable[..., None]:
        if part.__name__ == "_curves":
            paces.append(run_every)
        return real(part, run_every=run_every)

    monkeypatch.setattr(st, "fragment", spy)
    for tab in range(30):
        load().note(f"tab {tab}")
    page = opened(app)
    assert paces == []
    page.button(key="run-lesson").click().run()
    assert paces == [load().least_pause] == [3.0]


def test_both_are_run_and_what_is_seen_stays_until_another_seed_is_asked_for(
    app: AppTest,
) -> None:
    page = opened(app, "batch-of-all")
    run_to_the_end(page)
    assert "The loss falls smoothly" in text(page)
    assert page.button(key="run-lesson").label == "Run with another seed"
    first = text(page)

    page.switch_page("app_pages/data.py").run()
    page.switch_page("app_pages/lessons.py").run()
    assert text(page) == first

    run_to_the_end(page)
    assert "The loss falls smoothly" in text(page)
    assert text(page) != first


def test_two_who_press_at_once_see_one_run_and_later_ones_another(app: AppTest) -> None:
    opened(app)
    shared = lessons()
    first = shared.start("batch-of-all", 1)
    assert shared.start("batch-of-all", 1) == first
    while not (pair := shared.look("batch-of-all", 1, first)) or not pair.done:
        time.sleep(0.02)
    second = shared.start("batch-of-all", 1)
    assert second != first
    assert shared.look("batch-of-all", 1, first) == pair


def test_what_one_tab_has_run_is_left_to_it_when_another_runs_the_same(app: AppTest) -> None:
    first = opened(app, "batch-of-all")
    run_to_the_end(first)
    seen = text(first)
    other = opened(AppTest.from_file(first._script_path, default_timeout=30), "batch-of-all")
    other.button(key="run-lesson").click().run()
    assert other.button(key="run-lesson").disabled
    assert text(first.run()) == seen
    assert not first.button(key="run-lesson").disabled
