"""Two models on the same images; McNemar's exact test is SciPy's."""

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from mlcore.errors import SettingsError
from mlcore.insight.answers import Answers
from mlcore.insight.comparison import compare, mcnemar


@pytest.mark.parametrize(
    ("a", "b"),
    [
        *((0, 0), (0, 1), (1, 1), (3, 3), (0, 5), (5, 0), (0, 6), (8, 2), (12, 40), (510, 431)),
        *((5_000, 5_001), (30_000, 29_400), (20_000, 0)),
    ],
)
def test_mcnemars_exact_test_is_scipys(a, b):
    expected = scipy.stats.binomtest(a, a + b).pvalue if a + b else 1.0
    assert mcnemar(a, b) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert mcnemar(a, b) == mcnemar(b, a)


def test_the_images_that_only_one_gets_right_and_the_difference_of_the_matrices(made):
    first = made("usual")
    noise = np.random.default_rng(5).normal(0, 1, first.logits.shape).astype(np.float32)
    second = Answers(first.logits + noise, first.labels)
    found = compare(first, second)
    scores = [sklearn.metrics.accuracy_score(one.labels, one.predicted) for one in (first, second)]
    assert found.accuracy == pytest.approx(tuple(scores), abs=1e-15)
    rows = range(len(first))
    assert sorted(found.only_first_right) == [
        i for i in rows if first.right[i] and not second.right[i]
    ]
    assert sorted(found.only_second_right) == [
        i for i in rows if second.right[i] and not first.right[i]
    ]
    matrices = [
        sklearn.metrics.confusion_matrix(one.labels, one.predicted) for one in (first, second)
    ]
    assert np.array_equal(found.difference, matrices[1] - matrices[0])
    assert np.all(np.diff(second.confidence[found.only_first_right]) <= 0)
    assert found.mcnemar_p == mcnemar(len(found.only_first_right), len(found.only_second_right))


def test_a_model_does_not_differ_from_itself(answers):
    found = compare(answers, answers)
    assert (len(found.only_first_right), len(found.only_second_right)) == (0, 0)
    assert found.mcnemar_p == 1.0
    assert not found.difference.any()


def test_others_images_are_refused(made):
    with pytest.raises(SettingsError, match="not tested on the same images"):
        compare(made("usual"), made("usual", seed=1))
    with pytest.raises(SettingsError):
        compare(made("usual"), made("two classes"))
