"""The loss of every step, raw and as a moving mean."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from dashboard.charts.loss import Line, LossInfo, loss_info, moving_mean


def test_a_short_run_is_drawn_step_by_step():
    info = loss_info(np.array([2.0, 1.0, 3.0], np.float32), window=2)
    assert info == LossInfo(
        raw=Line(step=np.array([1, 2, 3]), value=np.array([2.0, 1.0, 3.0])),
        smooth=Line(step=np.array([1, 2, 3]), value=np.array([2.0, 1.5, 2.0])),
    )


def test_lines_with_other_numbers_are_not_equal():
    line = Line(step=np.array([1]), value=np.array([2.0]))
    assert line != Line(step=np.array([1]), value=np.array([2.5]))
    assert line != "a line"


def test_an_empty_run_has_empty_curves():
    info = loss_info(np.empty(0, np.float32))
    assert (len(info.raw.step), len(info.smooth.step)) == (0, 0)


def test_nan_and_infinity_become_gaps():
    info = loss_info(np.array([1.0, np.inf, np.nan, 3.0], np.float32), window=10)
    assert info.raw == Line(step=np.array([1, 2, 3, 4]), value=np.array([1.0, np.nan, np.nan, 3.0]))
    assert info.smooth.value.tolist() == [1.0, 1.0, 1.0, 2.0]


def test_the_moving_mean_is_the_mean_of_the_last_losses():
    losses = np.random.default_rng(1).random(300)
    expected = [losses[max(0, end - 20) : end].mean() for end in range(1, 301)]
    np.testing.assert_allclose(moving_mean(losses, 20), expected, rtol=1e-12)


@pytest.mark.parametrize("window", [2, 7, 50, 1_000])
def test_a_long_run_is_averaged_in_pieces_with_the_same_numbers(monkeypatch, window):
    losses = np.random.default_rng(5).random(2_345)
    losses[::11] = np.nan
    whole = moving_mean(losses, window)
    for piece in (1, 100, 999, 2_344):
        monkeypatch.setattr("dashboard.charts.loss._PIECE", piece)
        np.testing.assert_array_equal(moving_mean(losses, window), whole)


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 60])
def test_the_moving_mean_of_any_length_leaves_gaps_out(count):
    losses = np.random.default_rng(4).random(count)
    losses[::7] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [np.nanmean(losses[max(0, end - 20) : end]) for end in range(1, count + 1)]
    np.testing.assert_allclose(moving_mean(losses, 20), expected, rtol=1e-12)


def test_after_a_loss_of_1e34_the_moving_mean_is_itself_again():
    """A running sum would have lost every later loss: the line lay on zero."""
    losses = np.full(300, 0.5)
    losses[100] = 5e34
    np.testing.assert_allclose(moving_mean(losses, 50)[150:], 0.5)


def test_without_smoothing_there_is_no_second_curve():
    assert len(loss_info(np.ones(5, np.float32), window=1).smooth.step) == 0


def test_a_run_of_a_hundred_thousand_steps_is_thinned_out_and_keeps_its_peak():
    losses = np.random.default_rng(2).random(100_000).astype(np.float32)
    losses[31_415] = 40.0
    info = loss_info(losses)
    assert len(info.raw.step) <= 1_500
    assert len(info.smooth.step) <= 700
    assert 31_416 in info.raw.step
    assert info.raw.value.dtype == np.float32


def test_the_steps_on_the_screen_are_all_there_when_zoomed_in():
    losses = np.random.default_rng(3).random(50_000).astype(np.float32)
    steps = loss_info(losses, visible=(20_000.4, 20_400.7)).raw.step
    assert set(range(20_000, 20_401)) <= set(steps.tolist())
