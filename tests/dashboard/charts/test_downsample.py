"""Fewer points of a curve that look like all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.downsample import extremes, with_detail


def test_a_short_curve_keeps_every_point():
    assert extremes(np.array([3.0, 1.0, 2.0]), 4).tolist() == [0, 1, 2]


def test_a_spike_in_a_long_curve_is_kept():
    values = np.ones(100_000, np.float32)
    values[54_321], values[77_777] = 9.0, -9.0
    kept = extremes(values, 200)
    assert {0, 54_321, 77_777, 99_999} <= set(kept.tolist())


def test_what_is_not_finite_hides_no_extreme():
    values = np.ones(1_000)
    values[[10, 20, 30]] = np.nan, np.inf, -np.inf
    values[15] = 7.0
    kept = extremes(values, 40)
    assert 15 in kept
    assert len(kept) <= 40


def test_a_gap_stays_a_gap():
    values = np.ones(1_000)
    values[400:600] = np.nan
    assert np.isnan(values[extremes(values, 50)]).any()


@given(
    count=st.integers(1, 3_000),
    most=st.integers(4, 400),
    seed=st.integers(0, 10_000),
    holes=st.floats(0, 1),
)
def test_kept_points_are_few_ascending_and_span_the_values(count, most, seed, holes):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(count)
    values[rng.random(count) < holes] = np.nan
    kept = extremes(values, most)
    assert len(kept) <= most
    assert (np.diff(kept) > 0).all()
    assert kept[0] == 0
    assert kept[-1] == count - 1
    if np.isfinite(values).any():
        assert np.nanmax(values[kept]) == np.nanmax(values)
        assert np.nanmin(values[kept]) == np.nanmin(values)


def test_the_visible_range_has_its_detail():
    values = np.random.default_rng(0).random(100_000)
    kept = with_detail(values, 1_000, (40_000, 40_500))
    inside = kept[(kept >= 40_000) & (kept <= 40_500)]
    assert inside.tolist() == list(range(40_000, 40_501))
    assert len(kept) <= 1_000
    assert (kept[0], kept[-1]) == (0, 99_999)


@pytest.mark.parametrize("visible", [None, (-50, 10**9), (90, 20), (5_000, 9_000)])
def test_a_stretch_without_points_of_its_own_asks_for_the_whole_curve(visible):
    values = np.random.default_rng(0).random(4_000)
    assert with_detail(values, 300, visible).tolist() == extremes(values, 300).tolist()
