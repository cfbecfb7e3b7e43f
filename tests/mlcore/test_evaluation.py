"""An evaluation gives the tutorial loop's figures, and scikit-learn's."""

import json

import pytest
import sklearn.metrics
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mlcore.config import DataConfig, ModelConfig
from mlcore.data.tensors import load
from mlcore.errors import SettingsError
from mlcore.evaluation import Evaluation, evaluate, loss_and_accuracy, worst_mistakes
from mlcore.model import MLP


@pytest.fixture(scope="module")
def data():
    return load(DataConfig(name="digits"), 0)


@pytest.fixture(params=[True, False], ids=["nll", "cross entropy"])
def model(request, data):
    """A model that has learnt a little, so that it is right and wrong on every class."""
    torch.manual_seed(0)
    model = MLP(ModelConfig(hidden=(16,), dropout=0.2), log_probabilities=request.param)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(data.train.images), data.train.labels).backward()
        optimizer.step()
    return model


def test_accuracy_is_the_tutorial_loops_exactly_and_loss_to_rounding(model, data):
    right, total, loss = 0, 0, 0.0
    criterion = nn.NLLLoss() if model.log_probabilities else nn.CrossEntropyLoss()
    model.eval()
    with torch.no_grad():
        loader = DataLoader(
            TensorDataset(data.inputs(data.test.images), data.test.labels), batch_size=64
        )
        for images, labels in loader:
            output = model(images)
            loss += criterion(output, labels).item() * len(labels)
            right += (output.argmax(dim=1) == labels).sum().item()
            total += len(labels)
    ours = evaluate(model, data.test, data)
    assert ours.accuracy == right / total
    assert ours.loss == pytest.approx(loss / total, rel=1e-6)
    assert ours.images == total


def test_confusion_and_per_class_figures_are_scikit_learns(model, data):
    ours = evaluate(model, data.test, data, batch_size=77)
    predicted = model.eval()(data.inputs(data.test.images)).argmax(1)
    assert torch.equal(
        torch.tensor(ours.confusion),
        torch.from_numpy(sklearn.metrics.confusion_matrix(data.test.labels, predicted)),
    )
    figures = sklearn.metrics.precision_recall_fscore_support(
        data.test.labels, predicted, zero_division=0.0
    )
    for number, entry in enumerate(ours.per_class):
        assert entry.label == data.classes[number]
        assert (entry.precision, entry.recall, entry.f1, entry.support) == pytest.approx(
            tuple(float(column[number]) for column in figures)
        )


def test_a_class_that_is_never_called_has_no_precision(data):
    model = MLP(ModelConfig(hidden=()))
    with torch.no_grad():
        model.fc1.weight.zero_()
        model.fc1.bias.copy_(torch.eye(10)[3])
    ours = evaluate(model, data.test, data)
    assert [entry.precision > 0 for entry in ours.per_class] == [n == 3 for n in range(10)]
    assert ours.per_class[3].recall == 1.0
    assert ours.per_class[0].f1 == 0.0


def test_bytes_are_evaluated_as_floats_are(model, data):
    stored = load(DataConfig(name="digits", store="uint8"), 0)
    assert evaluate(model, stored.test, stored) == evaluate(model, data.test, data)


def test_the_short_form_gives_the_same_figures(model, data):
    whole = evaluate(model, data.test, data)
    assert loss_and_accuracy(model, data.test, data) == (whole.loss, whole.accuracy)


def test_it_leaves_the_model_as_it_was(model, data):
    for training in (True, False):
        model.train(training)
        evaluate(model, data.test, data)
        assert model.training is training
    assert not any(weight.is_inference() for weight in model.parameters())


def test_it_goes_through_json_and_back(model, data):
    ours = evaluate(model, data.test, data)
    assert Evaluation.from_json(json.loads(json.dumps(ours.to_json()))) == ours


def test_the_worst_mistakes_come_first(model, data):
    mistakes = worst_mistakes(model, data.test, data, 12)
    assert len(mistakes) == 12
    losses = [mistake.loss for mistake in mistakes]
    assert losses == sorted(losses, reverse=True)
    probabilities = torch.softmax(model.eval().logits(data.inputs(data.test.images)), 1)
    for mistake in mistakes:
        chances = probabilities[mistake.index]
        assert mistake.label == data.test.labels[mistake.index] != mistake.guesses[0][0]
        best = chances.topk(3)
        assert [label for label, _ in mistake.guesses] == best.indices.tolist()
        assert [chance for _, chance in mistake.guesses] == pytest.approx(best.values.tolist())
        assert mistake.loss == pytest.approx(-chances[mistake.label].log().item(), rel=1e-4)


def test_there_are_no_more_mistakes_than_the_confusion_counts(model, data):
    ours = evaluate(model, data.test, data)
    wrong = round((1 - ours.accuracy) * ours.images)
    assert len(worst_mistakes(model, data.test, data, 10_000)) == wrong
    assert worst_mistakes(model, data.test, data, 0) == ()


def test_a_model_for_another_number_of_classes_is_refused(data):
    with pytest.raises(SettingsError, match=r"26 classes, but .* has 10"):
        evaluate(MLP(ModelConfig(), outputs=26), data.test, data)
