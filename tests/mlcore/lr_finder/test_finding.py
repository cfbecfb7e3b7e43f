"""A range test, and the beginning of a run with what it suggests and with the usual rate."""

from __future__ import annotations

import itertools

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.lr_finder import USUAL, RangeTest, suggest
from mlcore.lr_finder.finding import find, trial_steps
from mlcore.lr_finder.range_test import data_for, range_test
from tests.mlcore.lr_finder.plain import plain_losses

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


def test_a_trial_is_the_beginning_of_a_run_with_each_rate() -> None:
    data = data_for(SMALL)
    *_, curve = range_test(SMALL, data)
    *_, found = find(SMALL, data)
    assert (found.lrs, found.losses, found.ending) == (curve.lrs, curve.losses, curve.ending)
    first = suggest(curve, SMALL.optim).lr
    assert [trial.lr for trial in found.trials] == [first, USUAL]
    for trial in found.trials:
        assert trial.steps == 40  # several epochs of 7 batches
        config = SMALL.with_values({"optim.lr": trial.lr})
        assert list(trial.losses) == plain_losses(config, [trial.lr] * trial.steps)


def test_it_is_seen_as_it_grows_and_has_no_end_before_its_last_step() -> None:
    seen = list(find(SMALL, data_for(SMALL)))
    assert {test.ending for test in seen[:-1]} == {""}
    assert seen[-1].ending
    assert suggest(seen[-2], SMALL.optim).lr is None  # stopped there, it suggests nothing
    sizes = [len(test.lrs) + sum(len(trial.losses) for trial in test.trials) for test in seen]
    assert {after - before for before, after in itertools.pairwise(sizes)} <= {0, 1}
    assert RangeTest.from_json(seen[-1].to_json()) == seen[-1]
    assert len(suggest(seen[-1], SMALL.optim).reasons) == 2


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
