"""Answers are SciPy's and scikit-learn's numbers, and go through a file unchanged."""

import numpy as np
import pytest
import scipy.special
import sklearn.metrics

from mlcore.errors import CheckpointError, JobError
from mlcore.insight.answers import Answers, answers_in, write_answers


def test_probabilities_are_scipys(answers):
    logits = answers.logits.astype(np.float64)
    assert np.abs(answers.log_probabilities - scipy.special.log_softmax(logits, 1)).max() < 1e-12
    assert np.abs(answers.probabilities - scipy.special.softmax(logits, 1)).max() < 1e-12


def test_confusion_losses_and_hits_are_scikit_learns(answers):
    labels = list(range(answers.classes))
    expected = sklearn.metrics.confusion_matrix(answers.labels, answers.predicted, labels=labels)
    assert np.array_equal(answers.confusion, expected)
    loss = sklearn.metrics.log_loss(answers.labels, answers.probabilities, labels=labels)
    assert answers.losses.mean() == pytest.approx(loss, abs=1e-12)
    hits = sklearn.metrics.accuracy_score(answers.labels, answers.predicted, normalize=False)
    assert answers.hits == hits


def test_huge_logits_do_not_overflow():
    answers = Answers(np.array([[3e38, -3e38], [0, 0]], np.float32), np.array([0, 1]))
    assert answers.confidence.tolist() == [1.0, 0.5]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(wrong):
    logits = np.zeros((3, 2), np.float32)
    logits[1, 1] = wrong
    with pytest.raises(CheckpointError, match="NaN or infinity"):
        Answers(logits, np.array([0, 1, 0]))


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 2], [0, -1, 1]])
def test_labels_that_do_not_fit_are_refused(labels):
    with pytest.raises(ValueError, match="labels"):
        Answers(np.zeros((3, 2), np.float32), np.array(labels))


def test_a_file_gives_them_back_and_nobody_writes_to_them(made, tmp_path):
    splits = {"test": made("usual"), "validation": made("ties", seed=1)}
    write_answers(tmp_path / "answers.npz", splits)
    with np.load(tmp_path / "answers.npz", allow_pickle=False) as arrays:
        back = answers_in(arrays)
    assert list(back) == ["test", "validation"]
    for name, answers in splits.items():
        assert np.array_equal(back[name].logits, answers.logits)
        assert np.array_equal(back[name].labels, answers.labels)
        for array in (back[name].logits, back[name].labels, back[name].probabilities):
            assert not array.flags.writeable


@pytest.mark.parametrize("missing", ["test.logits", "test.labels"])
def test_half_of_them_are_a_sentence(missing):
    arrays = {"test.logits": np.zeros((3, 2)), "test.labels": np.zeros(3, int)}
    del arrays[missing]
    with pytest.raises(JobError, match="answers cannot be read"):
        answers_in(arrays)
