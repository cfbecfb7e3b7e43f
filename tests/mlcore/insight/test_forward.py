"""Answers to images are those of the model, and the held-out images those of its run."""

import dataclasses

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.checkpoint import build_model
from mlcore.config import DataConfig, RunConfig, data_root
from mlcore.data import load_raw
from mlcore.data.tensors import load
from mlcore.evaluation import evaluate
from mlcore.insight.forward import answers_of, answers_of_checkpoint, answers_on_test
from mlcore.run import execute
from mlcore.runs import RunStore
from mlcore.testing import data_config

SETTINGS = {
    "data.name": "digits",
    "data.train_limit": 600,
    "data.validation": 150,
    "model.hidden": (16,),
    "optim.lr": 0.1,
    "train.epochs": 3,
    "train.device": "cpu",
    "train.seed": 7,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = RunStore(tmp_path_factory.mktemp("runs")).create(RunConfig.from_flat(SETTINGS))
    execute(folder)
    return checkpoint.load(folder.last_checkpoint())


def test_figures_are_those_of_an_evaluation(found):
    config = data_config(found, {})
    answers = answers_on_test(found, config)
    data = load(config, 0)
    model = build_model(found)
    model.train()
    whole = evaluate(model, data.test, data)
    assert answers.confusion.tolist() == [list(row) for row in whole.confusion]
    assert answers.losses.mean() == pytest.approx(whole.loss, rel=1e-5)
    again = answers_of(model, data.test, data)
    assert np.array_equal(again.logits, answers.logits)
    assert model.training


def test_the_images_that_the_run_held_out_are_taken(found):
    splits = answers_of_checkpoint(found, data_config(found, {}))
    trained = RunConfig.from_flat(SETTINGS)
    data = load(trained.data, trained.train.seed)
    assert data.validation is not None
    own = answers_of(build_model(found), data.validation, data)
    assert np.array_equal(splits["validation"].labels, own.labels)
    assert np.abs(splits["validation"].logits - own.logits).max() < 1e-5


def test_a_run_that_held_out_nothing_has_no_images_to_fit_on(found):
    assert found.config is not None
    bare = dataclasses.replace(found, config=found.config.with_values({"data.validation": 0}))
    assert list(answers_of_checkpoint(bare, data_config(bare, {}))) == ["test"]


def test_a_file_that_does_not_say_gets_those_of_seed_0(found):
    foreign = dataclasses.replace(found, config=None)
    splits = answers_of_checkpoint(foreign, data_config(foreign, {}))
    raw = load_raw("digits", data_root(DataConfig()))
    order = torch.randperm(len(raw.train), generator=torch.Generator().manual_seed(0))
    assert np.array_equal(splits["validation"].labels, raw.train.labels[order.numpy()])
