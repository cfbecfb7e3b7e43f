"""A range test trains as a run would, at its own rates, and leaves everything as it was."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.lr_finder import RangeTest, rate_at, suggest
from mlcore.lr_finder.range_test import data_for, range_test
from tests.mlcore.lr_finder.plain import plain_losses

SMALL = {
    "data.name": "digits",
    "data.train_limit": 200,
    "data.batch_size": 32,
    "model.hidden": [16],
    "train.device": "cpu",
}
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad")


def config(**changes: object) -> RunConfig:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return RunConfig.from_flat(SMALL | named)


def last(settings: RunConfig) -> RangeTest:
    *_, found = range_test(settings, data_for(settings))
    return found


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_losses_are_those_of_the_plain_loop(name: str) -> None:
    settings = config(optim__name=name, model__dropout=0.2, optim__clip_norm=5.0)
    found = last(settings)
    steps = 60  # several epochs of 7 batches
    assert list(found.losses[:steps]) == plain_losses(settings, [*map(rate_at, range(steps))])
    assert found.lrs[:steps] == tuple(rate_at(step) for step in range(steps))
    assert found.chance == pytest.approx(math.log(10))


def test_the_test_is_seen_as_it_grows_and_ends_in_one_of_two_ways() -> None:
    seen = list(range_test(config(), data_for(config())))
    assert [len(test.lrs) for test in seen] == list(range(1, len(seen) + 1))
    assert {test.ending for test in seen[:-1]} == {""}
    assert seen[-1].ending in ("highest", "diverged")
    assert last(config(optim__name="adam", model__hidden=[])).ending == "diverged"


def test_both_losses_give_the_same_numbers() -> None:
    nll, logits = last(config()), last(config(train__loss="cross_entropy"))
    assert nll.losses[:100] == pytest.approx(logits.losses[:100], rel=1e-5)


def test_what_it_does_not_use_changes_nothing() -> None:
    other = config(optim__lr=0.9, optim__schedule="one_cycle", optim__warmup=0.1, train__epochs=9)
    assert last(other) == last(config())
    decayed = config(optim__name="adagrad", optim__lr_decay=0.5)
    assert last(decayed) == last(config(optim__name="adagrad"))


def test_batch_norm_and_a_single_batch_an_epoch_work() -> None:
    assert last(config(model__batch_norm=True)).losses
    assert len(last(config(data__batch_size=500)).losses) > 30


def test_what_cannot_be_trained_is_refused_before_the_first_step() -> None:
    settings = config(model__batch_norm=True, data__batch_size=1)
    with pytest.raises(SettingsError, match="batch_norm"):
        next(range_test(settings, data_for(settings)))


def test_a_loss_that_is_no_number_is_none_and_ends_it() -> None:
    settings = config(data__std=1e-30, data__mean=10.0)
    found = last(settings)
    assert found.losses[-1] is None
    assert found.ending == "diverged"
    assert suggest(found, settings.optim).lr is None


def test_nothing_else_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config(model__dropout=0.5)
    data = data_for(settings)
    images, threads = data.train.images.clone(), torch.get_num_threads()
    torch.manual_seed(7)
    before = torch.get_rng_state()
    for found in range_test(settings, data):
        assert torch.equal(torch.get_rng_state(), before)  # also in the midst of it
        if len(found.lrs) == 20:
            break
    last(settings)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(data.train.images, images)
    assert torch.get_num_threads() == threads
    assert list(tmp_path.iterdir()) == []
