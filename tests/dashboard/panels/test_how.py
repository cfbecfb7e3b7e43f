"""The chapters: folded they cost nothing; open they explain with the present settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels.how import frame
from dashboard.words.chapters import CHAPTERS_OF, WORDS
from mlcore.export import CHAPTERS
from mlcore.lessons import LESSONS
from tests.dashboard.train_page import opened

FOLDED = {"data": "data", "model": "train", "training": "train", "saving": "checkpoints"}


def on(page: str, app: AppTest) -> AppTest:
    return app if page == "train" else app.switch_page(f"app_pages/{page}.py").run()


def linked(page: str, chapter: str) -> AppTest:
    """A page as a link to a chapter opens it."""
    if page == "train":
        return opened(how=chapter)
    app = opened()
    app.query_params["how"] = chapter
    return on(page, app)


def test_every_chapter_of_the_code_has_words_and_three_sentences():
    assert tuple(WORDS) == CHAPTERS
    for words in WORDS.values():
        assert words.what.count(". ") == 2
        assert len(words.pitfalls) >= 3
        assert {pitfall.lesson for pitfall in words.pitfalls} - {""} <= set(LESSONS)


@pytest.mark.parametrize("chapter", FOLDED)
def test_a_chapter_is_folded_until_the_address_or_a_click_opens_it(chapter, runs):
    folded = on(FOLDED[chapter], opened())
    assert WORDS[chapter].title in [one.label for one in folded.main.expander]
    assert WORDS[chapter].what not in [one.value for one in folded.main.markdown]
    app = linked(FOLDED[chapter], chapter)
    assert WORDS[chapter].what in [one.value for one in app.main.markdown]


def test_numbers_follow_the_sidebar(runs):
    app = opened(how="training")
    app.text_input(key="optim.lr").set_value("0.0123").run()
    assert any("0.0123" in one.value for one in app.main.latex)


def test_the_address_names_the_open_chapter_where_the_page_has_it(runs):
    app = opened(how="training")
    assert app.query_params["how"] in ("training", ["training"])
    app.switch_page("app_pages/data.py").run()
    assert "how" not in app.query_params


@pytest.mark.parametrize("chapter", ["data", "nonsense"])
def test_a_chapter_that_a_page_has_not_opens_nowhere(chapter, runs):
    app = opened(how=chapter)
    assert "how" not in app.query_params
    app.switch_page("app_pages/data.py").run()
    assert "how" not in app.query_params
    assert WORDS["data"].what not in [one.value for one in app.main.markdown]


def test_a_chapter_stays_open_while_another_page_is_visited(runs):
    app = opened(how="training")
    app.query_params["how"] = "saving"  # as by a link
    app.switch_page("app_pages/data.py").run()
    app.switch_page("app_pages/train.py").run()
    assert WORDS["training"].what in [one.value for one in app.main.markdown]


def test_a_chapter_stays_open_when_another_one_opens(runs):
    app = opened(how="training")
    app.switch_page("app_pages/data.py").run()
    app.query_params["how"] = "model"
    app.switch_page("app_pages/train.py").run()
    shown = [one.value for one in app.main.markdown]
    assert WORDS["training"].what in shown
    assert WORDS["model"].what in shown
    assert not app.main.error
    assert app.query_params["how"] in ("model", ["model"])


@pytest.mark.parametrize(("first", "then"), [("model", "training"), ("training", "model")])
def test_a_link_brings_its_own_chapter_into_sight_where_another_is_open(first, then, runs):
    app = opened(how=first)
    app.switch_page("app_pages/data.py").run()
    app.query_params["how"] = then
    app.switch_page("app_pages/train.py").run()
    assert app.session_state["places-revealed"][0] == f"how-{then}"


def test_what_usually_goes_wrong_looks_alike_in_every_chapter():
    style = (Path(frame.__file__).parents[2] / "assets" / "style.css").read_text()
    assert all(f".st-key-pitfalls-{name}" in style for name in CHAPTERS)


def test_each_chapter_has_its_page():
    assert sorted(sum(CHAPTERS_OF.values(), ())) == sorted(CHAPTERS)
