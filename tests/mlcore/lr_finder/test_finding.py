"""A range test, and the beginning of a run with what it suggests and with the usual rate."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import Split
from mlcore.evaluation import evaluate
from mlcore.lr_finder import USUAL, RangeTest, suggest
from mlcore.lr_finder.finding import find, trial_steps
from mlcore.lr_finder.range_test import data_for, range_test
from tests.mlcore.lr_finder.plain import plain_losses, plain_training

SMALL = RunConfig.from_flat(
    {
        "data.name": "digits",
        "data.train_limit": 200,
        "data.batch_size": 32,
        "model.hidden": [16],
        "model.dropout": 0.2,
        "train.device": "cpu",
    }
)


HELD_OUT = SMALL.with_values({"data.validation": 60})


def test_a_trial_is_the_beginning_of_a_run_with_each_rate() -> None:
    data = data_for(HELD_OUT)
    *_, curve = range_test(HELD_OUT, data)
    *_, found = find(HELD_OUT, data)
    assert (found.lrs, found.losses, found.ending) == (curve.lrs, curve.losses, curve.ending)
    first = suggest(curve, HELD_OUT.optim).lr
    assert [trial.lr for trial in found.trials][:2] == [first, USUAL]
    for trial in found.trials:
        assert trial.steps == 40  # several epochs of 5 batches
        config = HELD_OUT.with_values({"optim.lr": trial.lr})
        assert list(trial.losses) == plain_losses(config, [trial.lr] * trial.steps)


@pytest.mark.parametrize("changes", [{}, {"model.batch_norm": True, "model.dropout": 0.5}])
def test_it_is_judged_on_the_validation_images_as_an_epoch_is(changes: dict[str, Any]) -> None:
    config = HELD_OUT.with_values(changes)
    data = data_for(config)
    assert data.validation is not None
    *_, found = find(config, data)
    for trial in found.trials:
        assert (trial.images, trial.marks) == (60, (5, 30, 35, 40))
        for steps, loss in trial.held_out:
            _, model = plain_training(config, [trial.lr] * steps)
            assert loss == pytest.approx(evaluate(model, data.validation, data).loss, rel=1e-6)
        assert [steps for steps, _ in trial.held_out] == [5, 30, 35, 40]


@pytest.mark.parametrize(
    ("changes", "aside"),
    [
        ({}, 40),
        ({"data.batch_size": 53, "model.batch_norm": True}, 39),  # 40 would leave a batch of one
        ({"data.batch_size": 200, "data.drop_last": True}, 40),
        ({"data.train_limit": 2}, 1),
    ],
)
def test_without_validation_images_it_sets_some_aside(changes: dict[str, Any], aside: int) -> None:
    config = SMALL.with_values(changes)
    data = data_for(config)
    *_, found = find(config, data)
    left = len(data.train) - aside
    part = replace(
        data, train=Split(images=data.train.images[:left], labels=data.train.labels[:left])
    )
    rest = Split(images=data.train.images[left:], labels=data.train.labels[left:])
    for trial in found.trials:
        assert trial.images == aside
        losses, model = plain_training(config, [trial.lr] * trial.steps, part)
        assert list(trial.losses) == losses
        assert trial.held_out[-1][1] == pytest.approx(evaluate(model, rest, data).loss, rel=1e-6)
    assert found.trials or config.data.train_limit == 2


def test_where_no_image_can_be_spared_nothing_is_tried() -> None:
    config = SMALL.with_values({"data.train_limit": 1})
    *_, found = find(config, data_for(config))
    assert suggest(found, config.optim).lr is not None
    assert found.trials == ()


def test_a_rate_that_ruins_the_model_is_replaced_by_a_third_of_it() -> None:
    config = RunConfig.from_flat(
        {"data.name": "digits", "data.batch_size": 16, "data.validation": 200, "train.seed": 1}
    )
    *_, found = find(config, data_for(config))
    first, usual, third = found.trials
    assert usual.lr == USUAL
    assert third.lr == pytest.approx(first.lr / 3, rel=0.05)
    assert suggest(found, config.optim).lr == third.lr


def test_it_is_seen_as_it_grows_and_has_no_end_before_its_last_step() -> None:
    seen = list(find(SMALL, data_for(SMALL)))
    assert {test.ending for test in seen[:-1]} == {""}
    assert seen[-1].ending
    assert suggest(seen[-2], SMALL.optim).lr is None  # stopped there, it suggests nothing
    sizes = [len(test.lrs) + sum(len(trial.losses) for trial in test.trials) for test in seen]
    assert {after - before for before, after in itertools.pairwise(sizes)} <= {0, 1}
    assert RangeTest.from_json(seen[-1].to_json()) == seen[-1]
    assert len(suggest(seen[-1], SMALL.optim).reasons) >= 2


def test_what_suggests_nothing_is_not_tried() -> None:
    deep = SMALL.with_values({"model.activation": "sigmoid", "model.hidden": [8] * 6})
    *_, found = find(deep, data_for(deep))
    assert found.trials == ()
    assert len(suggest(found, deep.optim).reasons) == 1


def test_nothing_else_is_changed() -> None:
    data = data_for(SMALL)
    images = data.train.images.clone()
    torch.manual_seed(7)
    before = torch.get_rng_state()
    for _ in find(SMALL, data):
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(data.train.images, images)


@pytest.mark.parametrize(("images", "steps"), [(100, 40), (64 * 70, 70), (60_000, 200)])
def test_a_trial_is_an_epoch_but_no_longer_than_a_range_test(images: int, steps: int) -> None:
    assert trial_steps(SMALL.with_values({"data.batch_size": 64}), images) == steps
