"""Chart colours are distinct, also for people who see fewer of them."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from dashboard.charts.theme import DARK, LIGHT, Palette, palette

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    matrix = np.array(
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ]
    )
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    bright, dim = sorted((linear(c) @ weights for c in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda p: p.name)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_series_colours_keep_apart(colours: Palette, deficiency: str) -> None:
    seen = [lab(DEFICIENCIES[deficiency] @ linear(colour)) for colour in colours.series]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 15, nearest


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda p: p.name)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_colours_of_ten_classes_keep_apart(colours: Palette, deficiency: str) -> None:
    assert len(set(colours.classes)) == 10
    seen = [lab(DEFICIENCIES[deficiency] @ linear(colour)) for colour in colours.classes]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > (25 if deficiency == "none" else 15), nearest


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda p: p.name)
def test_marks_and_words_stand_out_from_the_page(colours: Palette) -> None:
    for colour in (*colours.series, *colours.classes, colours.right, colours.wrong):
        assert contrast(colour, colours.background) > 3, colour
    for colour in (colours.text, colours.muted):
        assert contrast(colour, colours.background) > 4.5, colour


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda p: p.name)
def test_charts_and_page_share_background_and_text(colours: Palette) -> None:
    config = tomllib.loads(Path("dashboard/.streamlit/config.toml").read_text())
    theme = config["theme"][colours.name]
    assert (theme["backgroundColor"], theme["textColor"]) == (colours.background, colours.text)
    assert tuple(theme["chartCategoricalColors"]) == colours.series


def test_a_page_that_names_no_theme_is_light() -> None:
    assert palette(None) is LIGHT
    assert palette("dark") is DARK
