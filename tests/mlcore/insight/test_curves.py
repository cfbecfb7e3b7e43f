"""Curves and areas are scikit-learn's, class by class."""

import numpy as np
import pytest
import sklearn.metrics

from mlcore.insight.answers import Answers
from mlcore.insight.curves import class_curves


def test_curves_and_areas_are_scikit_learns(answers):
    found = class_curves(answers)
    assert len(found) == answers.classes
    for number, curves in enumerate(found):
        positive, scores = answers.labels == number, answers.probabilities[:, number]
        if not positive.any():
            assert curves.average_precision is None
            assert curves.roc_auc is None
            continue
        average = sklearn.metrics.average_precision_score(positive, scores)
        assert curves.average_precision == pytest.approx(average, abs=1e-12)
        precision, recall, _ = sklearn.metrics.precision_recall_curve(positive, scores)
        assert np.abs(curves.precision - precision[::-1]).max() < 1e-12
        assert np.abs(curves.true_positives - recall[::-1]).max() < 1e-12
        if positive.all():
            assert curves.roc_auc is None
            continue
        false, true, _ = sklearn.metrics.roc_curve(positive, scores, drop_intermediate=False)
        assert np.abs(curves.false_positives - false).max() < 1e-12
        assert np.abs(curves.true_positives - true).max() < 1e-12
        area = sklearn.metrics.roc_auc_score(positive, scores)
        assert curves.roc_auc == pytest.approx(area, abs=1e-12)


def test_a_model_that_always_says_the_same_is_a_coin():
    answers = Answers(np.zeros((6, 2), np.float32), np.array([0, 0, 1, 1, 1, 1]))
    first, second = class_curves(answers)
    assert first.roc_auc == second.roc_auc == 0.5
    assert first.average_precision == pytest.approx(2 / 6)
