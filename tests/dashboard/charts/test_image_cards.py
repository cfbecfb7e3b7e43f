from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from dashboard.charts.image_cards import Guess, ImageCard, card_words, cards_html, image_cards
from dashboard.charts.theme import DARK, LIGHT
from mlcore.insight.answers import Answers

CLASSES = ("0", "1", "<b>2</b>")
CHANCES = np.array([[0.5, 0.01, 0.49], [0.25, 0.35, 0.4], [0.1, 0.8, 0.1], [0.75, 0.2, 0.05]])
ANSWERS = Answers(np.log(CHANCES).astype(np.float32), np.array([2, 1, 1, 1]))


def address(index: int) -> str:
    return f"?run=7&part=image&image={index}"


def test_a_card_holds_the_picture_the_class_and_the_three_guesses() -> None:
    (card,) = image_cards(ANSWERS, [3], CLASSES)
    assert [guess.probability for guess in card.guesses] == pytest.approx([0.75, 0.2, 0.05])
    assert card == ImageCard(
        index=3,
        label="1",
        guesses=(
            Guess(label="0", probability=card.guesses[0].probability, right=False),
            Guess(label="1", probability=card.guesses[1].probability, right=True),
            Guess(label="<b>2</b>", probability=card.guesses[2].probability, right=False),
        ),
    )
    assert card_words(card) == "Test image 3: a 1 mistaken for a 0 with 75.0 % certainty"


def test_an_image_that_is_right_is_no_mistake() -> None:
    (card,) = image_cards(ANSWERS, [2], CLASSES)
    assert card_words(card) == "Test image 2: a 1 recognised with 80.0 % certainty"


def test_the_grid_shows_the_right_pictures_to_the_pixel_in_the_order_given() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8)
    drawn = cards_html(image_cards(ANSWERS, [3, 0, 1], CLASSES), images, address)
    pictures = re.findall(r"base64,([^']+)'", drawn)
    assert len(pictures) == 3
    for text, index in zip(pictures, (3, 0, 1), strict=True):
        picture = Image.open(io.BytesIO(base64.b64decode(text)))
        assert np.array_equal(np.asarray(picture), images[index])


def test_class_names_are_shown_as_text_and_each_card_leads_to_its_image() -> None:
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    drawn = cards_html(image_cards(ANSWERS, [0, 1], CLASSES), images, address)
    assert "<b>2</b>" not in drawn
    assert "&lt;b&gt;2&lt;/b&gt;" in drawn
    assert re.findall(r"href='([^']+)'", drawn) == [
        "?run=7&amp;part=image&amp;image=0",
        "?run=7&amp;part=image&amp;image=1",
    ]
    assert re.findall(r"data-place='([^']+)'", drawn) == ["image=0", "image=1"]


def test_the_cards_have_the_colours_of_both_themes() -> None:
    drawn = cards_html(image_cards(ANSWERS, [0], CLASSES), np.zeros((4, 28, 28), np.uint8), address)
    assert f"light-dark({LIGHT.muted}, {DARK.muted})" in drawn
