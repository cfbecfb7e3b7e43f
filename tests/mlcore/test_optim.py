"""Optimizers and schedules are torch's own, with torch's defaults."""

import itertools
import subprocess
import sys

import pytest
import torch
from torch import nn

from mlcore.config import OptimConfig
from mlcore.errors import SettingsError
from mlcore.optim import (
    after_epoch,
    after_step,
    build_optimizer,
    build_schedule,
    rebuild,
)

STOCK = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}


def weights():
    return [nn.Parameter(torch.ones(3))]


def stepped(optimizer):
    for weight in optimizer.param_groups[0]["params"]:
        weight.grad = torch.full_like(weight, 0.5)
    optimizer.step()


@pytest.mark.parametrize("name", STOCK)
def test_what_the_settings_do_not_name_is_torchs_default(name):
    ours = build_optimizer(weights(), OptimConfig(name=name, lr=0.02, weight_decay=0.1))
    assert type(ours) is STOCK[name]
    assert ours.defaults == STOCK[name](weights(), lr=0.02, weight_decay=0.1).defaults


def test_schedules_move_with_steps_or_with_epochs():
    def rates(name, **settings):
        config = OptimConfig(schedule=name, lr=0.1, **settings)
        optimizer = build_optimizer(weights(), config)
        schedule = build_schedule(optimizer, config, epochs=3, steps_per_epoch=2)
        seen = []
        for _ in range(3):
            for _ in range(2):
                seen.append(optimizer.param_groups[0]["lr"])
                stepped(optimizer)
                after_step(schedule)
            after_epoch(schedule, 1.0)
        return seen

    assert rates("constant") == [0.1] * 6
    assert rates("step", gamma=0.5) == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    assert rates("plateau", plateau_patience=0) == pytest.approx([0.1] * 4 + [0.01] * 2)
    cosine = rates("cosine")
    assert cosine[0] == cosine[1] == 0.1
    assert cosine[2] == cosine[3] < 0.1
    cycle = rates("one_cycle")
    assert len(set(cycle)) == 6
    assert max(cycle) <= 0.1


def test_one_cycle_moves_a_momentum_only_where_there_is_one():
    def momentum(config):
        optimizer = build_optimizer(weights(), config)
        schedule = build_schedule(optimizer, config, epochs=5, steps_per_epoch=5)
        group, seen = optimizer.param_groups[0], []
        for _ in range(3):
            seen.append(group.get("momentum", group.get("betas", (0,))[0]))
            stepped(optimizer)
            after_step(schedule)
        return seen

    assert momentum(OptimConfig(schedule="one_cycle")) == [0, 0, 0]
    for config in (
        OptimConfig(schedule="one_cycle", momentum=0.9),
        OptimConfig(schedule="one_cycle", name="adam"),
    ):
        assert all(a > b for a, b in itertools.pairwise(momentum(config)))


def test_a_one_cycle_that_cannot_rise_says_so():
    config = OptimConfig(schedule="one_cycle", warmup=0.2)
    with pytest.raises(SettingsError, match=r"`optim.warmup` must give .* 0.2 of 5 steps"):
        build_schedule(build_optimizer(weights(), config), config, 1, 5)


@pytest.mark.parametrize("schedule", ["step", "cosine", "one_cycle"])
def test_rebuilt_with_the_same_settings_everything_stands_where_it_stood(schedule):
    config = OptimConfig(name="adam", schedule=schedule)
    optimizer = build_optimizer(weights(), config)
    moved = build_schedule(optimizer, config, epochs=6, steps_per_epoch=1)
    for _ in range(4):
        stepped(optimizer)
        after_step(moved)
        after_epoch(moved, 1.0)
    again, schedule_again = rebuild(
        optimizer, None, config, epochs=6, epochs_done=4, total_steps=6, steps_done=4,
        keep_lr=True,
    )  # fmt: skip
    for _ in range(2):
        assert again.param_groups[0]["lr"] == pytest.approx(optimizer.param_groups[0]["lr"])
        assert again.param_groups[0]["betas"] == pytest.approx(optimizer.param_groups[0]["betas"])
        for one, its in ((optimizer, moved), (again, schedule_again)):
            after_step(its)
            after_epoch(its, 1.0)
            del one
    (weight,) = optimizer.param_groups[0]["params"]
    assert torch.equal(again.state[weight]["exp_avg"], optimizer.state[weight]["exp_avg"])


def test_rmsprop_gets_the_buffer_that_a_momentum_edited_in_needs():
    optimizer = build_optimizer(weights(), OptimConfig(name="rmsprop"))
    stepped(optimizer)
    again, _ = rebuild(
        optimizer, None, OptimConfig(name="rmsprop", momentum=0.9), epochs=1, epochs_done=0,
        total_steps=2, steps_done=1, keep_lr=False,
    )  # fmt: skip
    stepped(again)
    assert again.state[again.param_groups[0]["params"][0]]["momentum_buffer"].abs().sum() > 0


def test_no_compiler_is_imported_to_train_and_keep_a_model():
    code = """
import sys, torch
assert "torch._dynamo" not in sys.modules
from mlcore import RunConfig, Trainer, load_data
for optimizer, stepper in (("sgd", "auto"), ("adam", "auto"), ("sgd", "autograd")):
    config = RunConfig.from_flat({
        "data.name": "digits", "train.epochs": 1, "train.device": "cpu", "optim.name": optimizer,
        "train.stepper": stepper, "optim.schedule": "one_cycle", "optim.clip_norm": 1})
    trainer = Trainer(config, load_data(config))
    list(trainer.events())
    Trainer(config, load_data(config), state=trainer.snapshot())
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
