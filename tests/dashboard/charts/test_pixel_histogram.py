from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.pixel_histogram import histogram_figure, histogram_info, pixel_counts
from dashboard.charts.theme import LIGHT

IMAGES = np.random.default_rng(0).integers(0, 256, (9_000, 4, 4), dtype=np.uint8)


def test_levels_are_counted_across_chunks() -> None:
    np.testing.assert_array_equal(pixel_counts(IMAGES), np.bincount(IMAGES.ravel(), minlength=256))


def test_key_figures_are_those_of_the_pixels_themselves() -> None:
    info = histogram_info(pixel_counts(IMAGES), 0.5, 0.25)
    normalised = (IMAGES / 255 - 0.5) / 0.25
    assert (info.raw_mean, info.raw_std) == pytest.approx((IMAGES.mean(), IMAGES.std()))
    assert (info.mean, info.std) == pytest.approx((normalised.mean(), normalised.std()))
    assert info.black == pytest.approx((IMAGES == 0).mean())


def test_bars_hold_eight_levels_each_and_lose_no_pixel() -> None:
    counts = np.zeros(256, np.int64)
    counts[[0, 7, 8, 255]] = 1, 2, 4, 8
    info = histogram_info(counts, 0.5, 0.5)
    assert (info.counts[0], info.counts[1], info.counts[-1], sum(info.counts)) == (3, 4, 8, 15)
    assert (info.raw[0], info.raw[-1]) == (3.5, 251.5)
    assert info.normalised[0] == pytest.approx((3.5 / 255 - 0.5) / 0.5)


def test_the_figure_switches_between_axes() -> None:
    info = histogram_info(pixel_counts(IMAGES), 0.5, 0.5)
    assert histogram_figure(info, LIGHT, log=True).layout.yaxis.type == "log"
    assert histogram_figure(info, LIGHT, log=False).layout.yaxis.type == "linear"
