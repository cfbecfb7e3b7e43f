"""Reliability is scikit-learn's, the temperature the one that SciPy's minimiser finds."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import sklearn.calibration

from mlcore.insight.answers import Answers
from mlcore.insight.calibration import BINS, calibration, fit_temperature, reliability


def test_bins_are_scikit_learns_and_the_error_is_their_weighted_gap(answers):
    found = reliability(answers)
    right, mean = sklearn.calibration.calibration_curve(
        answers.right, answers.confidence, n_bins=BINS, pos_label=True
    )
    filled = found.counts > 0
    assert np.abs(found.accuracy[filled] - right).max() < 1e-12
    assert np.abs(found.confidence[filled] - mean).max() < 1e-12
    assert found.counts.sum() == len(answers)
    weights = found.counts[filled] / len(answers)
    assert found.ece == pytest.approx(float((weights * abs(right - mean)).sum()), abs=1e-12)


def test_a_bin_holds_its_upper_end():
    half = Answers(np.zeros((4, 2), np.float32), np.array([0, 0, 0, 1]))  # confidence one half
    assert reliability(half, bins=2).counts.tolist() == [4, 0]
    assert reliability(half, bins=2).ece == pytest.approx(0.25)


def nll(answers, temperature):
    logs = scipy.special.log_softmax(answers.logits.astype(np.float64) / temperature, axis=1)
    return -logs[np.arange(len(answers)), answers.labels].mean()


@pytest.mark.parametrize("kind", ["usual", "ties", "two classes", "a class missing"])
@pytest.mark.parametrize("scale", [0.05, 1.0, 20.0])
def test_the_temperature_is_the_minimum_that_scipy_finds(made, kind, scale):
    base = made(kind)
    answers = Answers((base.logits * scale).astype(np.float32), base.labels)
    found = fit_temperature(answers)
    assert found is not None
    expected = scipy.optimize.minimize_scalar(
        lambda log: nll(answers, np.exp(log)),
        bounds=(-7, 7),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found == pytest.approx(float(np.exp(expected.x)), rel=1e-5)
    assert nll(answers, found) <= expected.fun + 1e-14
    step = 1e-4 * found
    assert nll(answers, found) <= min(nll(answers, found - step), nll(answers, found + step))


@pytest.mark.parametrize("kind", ["all right", "all wrong"])
def test_where_there_is_no_best_temperature_there_is_none(made, kind):
    assert fit_temperature(made(kind)) is None


def test_a_model_that_is_too_sure_is_cooled_and_its_error_falls(made):
    base = made("usual", count=4_000)
    sure = Answers(base.logits * 5, base.labels)
    held = made("usual", count=4_000, seed=1)
    found = calibration(sure, Answers(held.logits * 5, held.labels))
    assert found.temperature is not None
    assert found.temperature > 3
    assert found.after is not None
    assert found.after.ece < found.before.ece / 2
    assert found.images == 4_000


def test_without_validation_images_there_is_no_after(made):
    found = calibration(made("usual"), None)
    assert (found.after, found.temperature, found.images) == (None, None, 0)
