"""What each epoch came to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dashboard.charts.epochs import (
    EpochPoint,
    EpochsInfo,
    epoch_arrays,
    epoch_traces,
    epochs_info,
)
from mlcore.events import EpochDone


def done(epoch: int, **changes) -> EpochDone:
    fields = {
        "step": epoch * 10,
        "train_loss": 1 / epoch,
        "validation_loss": 2 / epoch,
        "validation_accuracy": 1 - 0.5 / epoch,
        "lr": 0.1,
        "seconds": 1.0,
        "images_per_second": 640.0,
    }
    return EpochDone(epoch=epoch, **(fields | changes))


def test_a_validation_is_drawn_at_the_end_of_its_epoch_and_a_mean_in_the_middle():
    assert epochs_info([done(1), done(2)]) == EpochsInfo(
        train=(EpochPoint(epoch=1, step=5.5, value=1.0), EpochPoint(epoch=2, step=15.5, value=0.5)),
        validation=(
            EpochPoint(epoch=1, step=10, value=2.0),
            EpochPoint(epoch=2, step=20, value=1.0),
        ),
        accuracy=(
            EpochPoint(epoch=1, step=10, value=0.5),
            EpochPoint(epoch=2, step=20, value=0.75),
        ),
    )


def test_the_mean_lies_on_a_straight_curve_and_not_above_it():
    losses = 2 - 0.1 * np.arange(1, 21)
    epochs = [done(n, train_loss=losses[10 * n - 10 : 10 * n].mean()) for n in (1, 2)]
    for point in epochs_info(epochs).train:
        assert point.value == pytest.approx(2 - 0.1 * point.step)


def test_the_first_epoch_of_a_fork_begins_where_its_parent_ended():
    (first, second) = epochs_info([done(3), done(4)], begin=20).train
    assert (first.step, second.step) == (25.5, 35.5)


def test_what_was_not_measured_or_is_not_finite_is_left_out():
    info = epochs_info(
        [
            done(1, validation_loss=None, validation_accuracy=None),
            done(2, train_loss=math.nan, validation_loss=math.inf),
        ]
    )
    assert [point.epoch for point in info.train] == [1]
    assert info.validation == ()
    assert [point.epoch for point in info.accuracy] == [2]


def test_of_very_many_epochs_some_are_left_out_and_never_the_last():
    epochs = [done(epoch) for epoch in range(1, 10_001)]
    epochs[6_000] = done(6_001, validation_accuracy=0.1)  # a dip that one epoch alone shows
    info = epochs_info(epochs, most=1_000)
    for curve in (info.train, info.validation, info.accuracy):
        assert 500 <= len(curve) <= 1_000
        assert curve[-1].epoch == 10_000
    assert min(info.accuracy, key=lambda point: point.value).epoch == 6_001


def test_a_curve_has_its_steps_values_and_epochs_and_accuracies_in_per_cent():
    arrays = epoch_arrays(epochs_info([done(1), done(2)]).accuracy, 100)
    assert arrays["x"].dtype == np.int32
    assert {name: list(values) for name, values in arrays.items()} == {
        "x": [10, 20],
        "y": [50, 75],
        "customdata": [1, 2],
    }


def test_on_hover_an_accuracy_is_written_as_everywhere():
    mean, _, accuracy = epoch_traces()
    assert accuracy.hovertemplate == "%{y:.2f} % after epoch %{customdata}"
    assert mean.hovertemplate == "%{y:.4f}, mean of epoch %{customdata}"
