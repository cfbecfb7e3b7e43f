"""The orders of images are those of SciPy's figures, and of confident learning written plainly."""

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_array_equal

from mlcore.insight.answers import Answers
from mlcore.insight.ranking import RANKINGS, entropies, margins, ranked


def test_entropies_are_scipys(answers):
    expected = scipy.stats.entropy(answers.probabilities, axis=1)
    assert np.abs(entropies(answers) - expected).max() < 1e-12


def test_margins_are_the_gap_between_the_two_likeliest(answers):
    top = np.sort(answers.probabilities, axis=1)
    assert_array_equal(margins(answers), top[:, -1] - top[:, -2])


def test_each_order_is_that_of_its_figure_and_of_the_index_among_equals(answers):
    rows = range(len(answers))
    figures = {
        "loss": -answers.losses,
        "margin": margins(answers),
        "entropy": -entropies(answers),
    }
    for ranking, figure in figures.items():
        assert ranked(answers, ranking).tolist() == sorted(rows, key=lambda i: (figure[i], i))
    wrong = [i for i in rows if answers.predicted[i] != answers.labels[i]]
    expected = sorted(wrong, key=lambda i: (-answers.confidence[i], i))
    assert ranked(answers, "mistakes").tolist() == expected


def suspected(answers):
    """Confident learning, image by image."""
    chances, labels = answers.probabilities.tolist(), answers.labels.tolist()
    thresholds = {}
    for number in set(labels):
        own = [chances[i][number] for i in range(len(labels)) if labels[i] == number]
        thresholds[number] = sum(own) / len(own)
    found = []
    for i, label in enumerate(labels):
        sure = [k for k, least in thresholds.items() if chances[i][k] >= least - 1e-15]
        confident = bool(sure) and max(sure, key=lambda k: chances[i][k]) != label
        if confident or answers.predicted[i] != label:
            others = max(p for k, p in enumerate(chances[i]) if k != label)
            found.append((not confident, chances[i][label] - others, i))
    return [i for *_, i in sorted(found)]


@pytest.mark.parametrize("kind", ["usual", "two classes", "a class missing", "all right"])
def test_suspected_labels_are_those_of_confident_learning(made, kind):
    answers = made(kind)
    assert ranked(answers, "label").tolist() == suspected(answers)


def test_a_label_that_was_changed_is_suspected_first(made):
    right = made("all right")
    labels = right.labels.copy()
    surest = int(right.confidence.argmax())
    labels[surest] = (labels[surest] + 1) % 10
    assert ranked(Answers(right.logits, labels), "label")[0] == surest


def test_a_model_that_is_never_wrong_has_no_mistakes(made):
    assert ranked(made("all right"), "mistakes").tolist() == []
    assert len(ranked(made("all wrong"), "mistakes")) == 400


def test_every_order_has_each_image_once_at_most(answers):
    for ranking in RANKINGS:
        order = ranked(answers, ranking)
        assert len(set(order.tolist())) == len(order) <= len(answers)
