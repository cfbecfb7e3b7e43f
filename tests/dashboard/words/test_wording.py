from __future__ import annotations

import pytest

from dashboard.words import translation
from dashboard.words.wording import (
    as_markdown,
    as_sentence,
    listed,
    listed_apart,
    sentences,
    with_article,
)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("4", "a 4"),
        ("8", "an 8"),
        ("A", "an A"),
        ("B", "a B"),
        ("Ankle boot", "an Ankle boot"),
        ("Sandal", "a Sandal"),
        ("ki", "a ki"),
    ],
)
def test_a_class_gets_the_article_of_its_sound(label: str, words: str) -> None:
    assert with_article(label) == words


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("model.pt", "model\\.pt"),
        ("![x](http://a.b/c.png)", "\\!\\[x\\]\\(http:\u2060//a\\.b/c\\.png\\)"),
        ("<b>bold</b> :red[x]", "\\<b\\>bold\\</b\\> :\u2060red\\[x\\]"),
        ("a\n# b", "a \\# b"),
        ("`fc1` is *odd*", "`fc1` is \\*odd\\*"),
        ("`open", "\\`open"),
        ("too large: 3", "too large: 3"),
    ],
)
def test_texts_from_a_file_are_shown_literally(text: str, markdown: str) -> None:
    assert as_markdown(text) == markdown


def test_texts_in_a_row_have_the_marks_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (listed(["a", "b"]), listed_apart(["a", "b"])) == ("a, b", "a; b")
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert (listed(["a", "b"]), listed_apart(["a", "b"])) == ("a、b", "a；b")


def test_sentences_follow_one_another_as_the_language_joins_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sentences("One.", "", "Two {n}.") == "One. Two {n}."
    assert sentences("", "") == sentences() == ""
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert sentences("一。", "二。", "三。") == "一。二。三。"


def test_no_line_ends_between_a_number_and_what_belongs_to_it() -> None:
    tied = as_markdown("97 ± 1 % of 28 × 28, % of a row, `97 %`").replace("\\", "")
    assert tied == "97~±~1~% of 28~×~28, % of a row, `97 %`".replace("~", "\N{NO-BREAK SPACE}")


def test_a_list_of_parts_ends_as_a_sentence_of_the_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert as_sentence(listed_apart(["a", "b"])) == "a; b."
    monkeypatch.setattr(translation, "_language", lambda: "zh-CN")
    assert as_sentence(listed_apart(["甲", "乙"])) == "甲；乙。"
