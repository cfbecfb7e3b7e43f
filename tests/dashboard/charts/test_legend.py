"""A legend says in words what each colour and sign of a drawing means."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dashboard.charts.close_up import flipped_html
from dashboard.charts.image_cards import cards_html
from dashboard.charts.legend import Sign, network_signs, sign_list
from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.charts.weight_images import weights_html


def words(markup: str) -> list[str]:
    return re.findall(r"<li>.*?<span>(.*?)</span></li>", markup)


def test_it_is_a_list_whose_samples_only_eyes_need() -> None:
    markup = sign_list([Sign("box", "a < b", ("#123456",)), Sign("ring", "around")])
    assert words(markup) == ["a &lt; b", "around"]
    assert "role='list' aria-label='What the signs mean'" in markup
    assert markup.count("aria-hidden='true'") == 2
    assert "--sign:#123456" in markup


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_the_drawing_of_a_network_names_what_it_draws(colours: Palette) -> None:
    signs = network_signs(colours, change=False, deep=True)
    by_words = {sign.words: sign for sign in signs}
    assert by_words["positive weight"].colours == (colours.right,)
    assert by_words["negative weight"].colours == (colours.wrong,)
    assert any(sign.shape == "wedge" for sign in signs)


def test_what_a_step_changed_has_words_of_its_own() -> None:
    weights = {sign.words for sign in network_signs(LIGHT, change=False, deep=True)}
    change = {sign.words for sign in network_signs(LIGHT, change=True, deep=True)}
    assert {"weight that rose", "weight that fell"} <= change - weights
    assert {"positive weight", "negative weight"} <= weights - change


def test_without_a_hidden_layer_no_line_is_a_weight_and_there_is_no_cell() -> None:
    said = " ".join(sign.words for sign in network_signs(LIGHT, change=False, deep=False))
    assert "positive weight" not in said
    assert "cell" not in said
    assert "frame of a unit" in said


def test_pictures_of_html_carry_their_legend() -> None:
    image = np.zeros((28, 28), np.uint8)
    flip = {"changes": [{"index": 3, "before": 0, "after": 255}]}
    assert words(flipped_html(image, flip, ("before", "after"), LIGHT)) == [
        "made white",
        "made black",
    ]
    assert words(cards_html((), image[None], str)) == ["true class", "another class"]
    (told,) = words(weights_html((), np.zeros((0, 784), np.float32), LIGHT))
    assert "from negative to positive" in told
