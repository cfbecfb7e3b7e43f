from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.charts.trust import (
    histogram_figure,
    reliability_figure,
    threshold_figure,
    threshold_points,
)
from mlcore.insight.calibration import calibration
from mlcore.insight.confidence import confidence_histograms
from tests.mlcore.insight.conftest import KINDS, make


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_figures_draw(kind: str, palette: Palette) -> None:
    answers = make(kind)
    figures = (
        reliability_figure(calibration(answers, make("usual", seed=1)), palette),
        histogram_figure(*confidence_histograms(answers, 20), palette),
        threshold_figure(threshold_points(answers), (0.5, None), palette),
    )
    for figure in figures:
        assert json.loads(figure.to_json())["data"]


def test_a_bin_without_images_has_no_bar_and_without_a_temperature_is_no_line() -> None:
    found = calibration(make("all right"), None)
    bars, line = reliability_figure(found, LIGHT).data
    assert np.isnan(np.array(bars.y, float)).sum() == (found.before.counts == 0).sum()
    assert tuple(line.x) == (0, 100)  # per cent


def test_a_thinned_threshold_curve_keeps_its_ends() -> None:
    levels, shares, accuracies = threshold_points(make("usual", count=5_000))
    assert len(levels) <= 400
    assert shares[-1] == 1
    assert np.all(np.diff(levels) < 0)
    assert len(shares) == len(accuracies) == len(levels)
