"""The chapters: folded they cost nothing; open they explain with the present settings."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words.chapters import WORDS
from mlcore.export import CHAPTERS
from mlcore.lessons import LESSONS
from tests.dashboard.train_page import opened

FOLDED = {"data": "data", "model": "train", "training": "train", "saving": "checkpoints"}


def on(page: str, app: AppTest) -> AppTest:
    return app if page == "train" else app.switch_page(f"app_pages/{page}.py").run()


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
    app = on(FOLDED[chapter], opened(how=chapter))
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
