from __future__ import annotations

import pytest

from dashboard.words.wording import (
    as_markdown,
    counted,
    exact_percent,
    file_size,
    percent,
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
    ("share", "words"),
    [(0.023421, "2.3 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (0.0001, "< 0.1 %")],
)
def test_a_share_is_never_rounded_to_nought(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("right", "total", "words"),
    [
        (9812, 10_000, "98.12 %"),
        (291, 297, "97.98 %"),
        (39_998, 40_000, "99.995 %"),
        (0, 0, "–"),
    ],
)
def test_an_accuracy_has_the_digits_that_tell_images_apart(
    right: int, total: int, words: str
) -> None:
    assert exact_percent(right, total) == words


def test_exact_percent_tells_every_count_apart() -> None:
    written = {exact_percent(right, 10_000) for right in range(10_001)}
    assert len(written) == 10_001


def test_counts_agree_with_their_nouns() -> None:
    assert counted(1, "mistake") == "1 mistake"
    assert counted(1204, "mistake") == "1,204 mistakes"
    assert counted(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(
    ("size", "words"),
    [(12, "12 bytes"), (438_400, "438 KB"), (999_600, "1.0 MB"), (1_240_000, "1.2 MB")],
)
def test_a_file_size_is_short(size: int, words: str) -> None:
    assert file_size(size) == words


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
def test_words_from_a_file_are_shown_as_they_stand(text: str, markdown: str) -> None:
    assert as_markdown(text) == markdown
