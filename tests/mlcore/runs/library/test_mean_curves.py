"""Runs are aligned by epoch."""

import math
from dataclasses import replace

import pytest

from mlcore.runs.library.mean_curves import mean_curve


def test_each_epoch_has_mean_sd_and_n_of_the_runs_that_have_it(epoch_done):
    longer = [epoch_done(1, 10, 1.0), epoch_done(2, 20, 0.5)]
    found = mean_curve([longer, [epoch_done(1, 7, 3.0)]], "train_loss")
    assert found.epoch == (1, 2)
    assert found.mean == (2.0, 0.5)
    assert found.sd == (pytest.approx(math.sqrt(2)), None)
    assert found.n == (2, 1)


def test_what_is_missing_or_not_finite_is_left_out(epoch_done):
    without = replace(epoch_done(1, 10), validation_accuracy=None)
    with_one = replace(epoch_done(1, 10), validation_accuracy=0.5, train_loss=math.inf)
    assert mean_curve([[without], [with_one]], "validation_accuracy").n == (1,)
    assert mean_curve([[with_one]], "train_loss").epoch == ()
    assert mean_curve([], "train_loss").epoch == ()
