from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dashboard.charts.mistakes import Guess, MistakeCard, card_words, mistake_cards, mistakes_html
from dashboard.charts.theme import DARK, LIGHT, Palette

CLASSES = ("0", "1", "<b>2</b>")
MISTAKES: list[dict[str, Any]] = [
    {"index": 3, "label": 1, "guesses": [[0, 0.75], [1, 0.2], [2, 0.05]], "loss": 1.6},
    {"index": 0, "label": 2, "guesses": [[0, 0.5], [2, 0.49], [1, 0.01]], "loss": 0.7},
    {"index": 1, "label": 1, "guesses": [[2, 0.4], [1, 0.35], [0, 0.25]], "loss": 0.5},
]


def test_a_card_holds_the_picture_the_class_and_the_three_guesses() -> None:
    card = mistake_cards(MISTAKES, CLASSES)[0]
    assert card == MistakeCard(
        index=3,
        label="1",
        guesses=(
            Guess(label="0", probability=0.75, right=False),
            Guess(label="1", probability=0.2, right=True),
            Guess(label="<b>2</b>", probability=0.05, right=False),
        ),
        loss=1.6,
    )
    assert card_words(card) == "Test image 3: a 1 mistaken for a 0 with 75.0 % certainty"


@pytest.mark.parametrize(
    ("true", "predicted", "indices"),
    [(None, None, [3, 0, 1]), (1, None, [3, 1]), (None, 0, [3, 0]), (1, 2, [1]), (0, 0, [])],
)
def test_mistakes_are_narrowed_by_true_and_predicted_class(
    true: int | None, predicted: int | None, indices: list[int]
) -> None:
    cards = mistake_cards(MISTAKES, CLASSES, true, predicted)
    assert [card.index for card in cards] == indices


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_grid_shows_the_right_pictures_to_the_pixel(palette: Palette) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8)
    drawn = mistakes_html(mistake_cards(MISTAKES, CLASSES), images, palette)
    pictures = re.findall(r"base64,([^']+)'", drawn)
    assert len(pictures) == 3
    for text, index in zip(pictures, (3, 0, 1), strict=True):
        picture = Image.open(io.BytesIO(base64.b64decode(text)))
        assert np.array_equal(np.asarray(picture), images[index])


def test_class_names_are_shown_as_text() -> None:
    drawn = mistakes_html(
        mistake_cards(MISTAKES, CLASSES), np.zeros((4, 28, 28), dtype=np.uint8), LIGHT
    )
    assert "<b>2</b>" not in drawn
    assert "&lt;b&gt;2&lt;/b&gt;" in drawn
