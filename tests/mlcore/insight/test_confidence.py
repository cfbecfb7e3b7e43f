"""What is left where a model answers only when it is sure, counted image by image."""

import numpy as np
import pytest

from mlcore.insight.confidence import answered, confidence_histograms, threshold_curve


def test_the_curve_is_what_each_threshold_leaves(answers):
    levels, shares, accuracies = threshold_curve(answers)
    assert np.all(np.diff(levels) < 0)
    assert shares[-1] == 1
    assert accuracies[-1] == answers.hits / len(answers)
    for level, share, accuracy in list(zip(levels, shares, accuracies, strict=True))[::17]:
        left = answered(answers, float(level))
        assert (left.share, left.accuracy) == (share, accuracy)
        sure = [i for i in range(len(answers)) if answers.confidence[i] >= level]
        assert left.count == len(sure)
        assert left.right == sum(answers.predicted[i] == answers.labels[i] for i in sure)


def test_nothing_answered_has_no_accuracy(made):
    left = answered(made("usual"), 1.1)
    assert (left.count, left.share, left.accuracy) == (0, 0.0, None)


def test_histograms_hold_every_image_once(answers):
    right, wrong = confidence_histograms(answers, 20)
    assert (right.sum(), wrong.sum()) == (answers.hits, len(answers) - answers.hits)
    edges = np.linspace(0, 1, 21)
    assert right[10] == sum(edges[10] <= c < edges[11] for c in answers.confidence[answers.right])


@pytest.mark.parametrize("kind", ["all right", "all wrong"])
def test_one_side_may_be_empty(made, kind):
    right, wrong = confidence_histograms(made(kind), 20)
    assert sorted((right.sum(), wrong.sum())) == [0, 400]
