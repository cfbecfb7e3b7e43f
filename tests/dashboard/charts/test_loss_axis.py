"""The axis of the losses."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.loss_axis import loss_axis

USUAL = np.linspace(2.3, 0.3, 1_000).astype(np.float32)
NOTHING = np.empty(0, np.float32)


def spiked(*losses: float) -> np.ndarray:
    curve = USUAL.copy()
    curve[500 : 500 + len(losses)] = losses
    return curve


def test_a_usual_run_is_drawn_whole_on_a_linear_axis():
    axis = loss_axis(USUAL)
    assert (axis.log, axis.high, axis.count, axis.peak) == (False, None, 0, None)


def test_a_spike_does_not_flatten_the_run_and_is_counted():
    axis = loss_axis(spiked(5e34, 40))
    assert not axis.log
    assert axis.high == pytest.approx(2.3 * 1.1)
    assert (axis.count, axis.huge) == (2, True)
    assert axis.peak == (501, pytest.approx(5e34))
    assert [step for step, _loss in axis.above] == [501, 502]


def test_the_beginning_of_a_run_is_no_spike():
    losses = np.full(20_000, 0.02, np.float32)
    losses[:40] = 2.3
    assert loss_axis(losses).high is None


@pytest.mark.parametrize(
    "losses", [2.3 * 10.0 ** (-np.arange(400) / 100), 2.3 * 1.2 ** np.arange(400)]
)
def test_a_run_through_decades_has_a_logarithmic_axis_by_itself(losses):
    axis = loss_axis(losses)
    assert axis.log
    assert axis.count == 0
    assert axis.decades > 3
    assert not loss_axis(losses, kind="linear").log


def test_noise_of_small_batches_is_no_reason_for_a_logarithmic_axis():
    losses = np.where(np.arange(4_000) % 3, 0.5, 1e-7)
    assert not loss_axis(losses).log


def test_a_person_can_choose_and_a_logarithmic_axis_stays():
    assert loss_axis(USUAL, kind="log").log
    assert loss_axis(USUAL, before=True).log
    assert not loss_axis(USUAL, kind="linear", before=True).log


def test_on_a_logarithmic_axis_a_lucky_batch_does_not_stretch_it_and_zeros_are_counted():
    axis = loss_axis(spiked(0.0, 1e-30), kind="log")
    assert axis.zeros == 1
    assert axis.low is not None
    assert 1e-3 < axis.low < 0.3


def test_epochs_and_other_runs_are_cut_off_too():
    axis = loss_axis(USUAL, np.array([[100.0, 200.0], [0.5, 900.0]]))
    assert (axis.count, axis.peak) == (1, (200, 900))


def test_without_a_run_of_its_own_the_axis_is_that_of_the_others():
    points = np.stack([np.arange(50), np.full(50, 0.5)])
    assert loss_axis(NOTHING, points).decades == 0
    assert loss_axis(NOTHING) == loss_axis(np.full(3, np.nan, np.float32))


def test_a_run_off_the_scale_in_thousands_of_steps_has_a_hundred_marks():
    losses = np.full(20_000, 0.5)
    losses[::50] = 1e4
    axis = loss_axis(losses)
    assert axis.count == 400
    assert len(axis.above) == 100


def test_gaps_and_infinities_are_no_losses():
    losses = spiked(np.inf, np.nan, -np.inf)
    assert loss_axis(losses).count == 0


@pytest.mark.parametrize("kind", ["auto", "linear", "log"])
def test_runs_that_are_compared_are_on_the_scale_though_the_shown_one_is_far_below(kind):
    small = np.full(1_000, 0.001, np.float32)
    points = np.stack([np.arange(1, 1_001, dtype=np.float64), USUAL])
    axis = loss_axis(small, points, others=[USUAL], kind=kind)
    assert axis.count == 0
    assert axis.high is None
    assert axis.low is None or axis.low < 0.001
