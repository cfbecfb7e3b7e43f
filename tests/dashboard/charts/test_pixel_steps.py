from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torchvision.transforms import v2

from dashboard.charts.pixel_steps import step_figure, steps_info
from dashboard.charts.theme import DARK
from mlcore.data import load_raw

IMAGE = load_raw("digits", Path()).train.images[3]


def test_the_steps_are_those_of_torchvision_to_the_last_bit() -> None:
    info = steps_info(IMAGE, 0.1307, 0.3081)
    scaled = torch.from_numpy(IMAGE.copy())[None].float().div(255)
    normalised = v2.functional.normalize(scaled, [0.1307], [0.3081])
    np.testing.assert_array_equal(info.steps[1].values, scaled[0].numpy())
    np.testing.assert_array_equal(info.steps[2].values, normalised[0].numpy())


def test_the_formulas_hold_the_numbers_of_the_pixel_followed() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4, 7] = 190
    info = steps_info(image, 0.5, 0.5)
    assert (info.row, info.column) == (4, 7)
    assert r"\frac{190}{255}" in info.formulas[0]
    assert "0.7451" in info.formulas[0]
    assert r"\frac{0.7451 - 0.5}{0.5}" in info.formulas[1]
    assert "0.4902" in info.formulas[1]
    assert r"0.7451 - (-0.5)" in steps_info(image, -0.5, 0.5).formulas[1]


def test_the_key_figures_are_written_in_one_line() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[:14] = 255
    figures = steps_info(image, 0.5, 0.5).steps[2].figures.replace("\N{NO-BREAK SPACE}", " ")
    assert figures == "min −1 · max 1 · mean 0 · std 1"


def test_every_step_can_be_drawn() -> None:
    info = steps_info(IMAGE, 0.5, 0.5)
    assert [step_figure(info, index, DARK).data[0].zmax for index in range(3)] == [255, 1, 1]
