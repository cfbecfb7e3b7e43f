"""The questions: enough of them, answered shortly, each with a place that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.panels.test_parts import registry
from dashboard.words.questions import GROUPS, QUESTIONS, Question
from mlcore.export import CHAPTERS
from mlcore.lessons import LESSONS

PAGES = Path(__file__).parents[3] / "dashboard" / "app_pages"


def test_the_ten_of_a_first_visit_and_as_many_more_are_answered() -> None:
    assert len(QUESTIONS) >= 20
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)
    assert {question.group for question in QUESTIONS} == set(GROUPS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text[:40])
def test_an_answer_is_a_few_sentences_and_leads_to_a_page(question: Question) -> None:
    assert question.text.endswith("?")
    assert question.answer.endswith(".")
    assert len(question.answer.split()) <= 60
    assert question.shows
    assert question.places.get("how", CHAPTERS[0]) in CHAPTERS
    assert question.places.get("part", "mistakes") in registry.PARTS
    assert (PAGES / f"{question.page}.py").exists()
    if question.page == "lessons":
        assert question.places["lesson"] in LESSONS
