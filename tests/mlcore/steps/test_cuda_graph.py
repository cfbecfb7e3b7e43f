"""On a GPU a replayed step gives the numbers of an eager one on the same GPU, to the last bit."""

import itertools

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.trainer import Trainer

pytestmark = pytest.mark.cuda

OPTIMIZERS = [
    {"optim.name": "sgd"},
    {"optim.name": "sgd", "optim.momentum": 0.9, "optim.weight_decay": 0.01},
    {"optim.name": "sgd", "optim.clip_norm": 0.5},
    {"optim.name": "adam"},
    {"optim.name": "adamw", "optim.weight_decay": 0.1},
    {"optim.name": "rmsprop", "optim.momentum": 0.5},
    {"optim.name": "adagrad"},
    {"optim.name": "sgd", "optim.momentum": 0.9, "optim.dampening": 0.4},
    {"optim.name": "adam", "optim.beta1": 0.5, "optim.beta2": 0.99, "optim.amsgrad": True},
    {"optim.name": "rmsprop", "optim.alpha": 0.7, "optim.eps": 1e-3, "optim.centered": True},
    {"optim.name": "adagrad", "optim.lr_decay": 0.1},
]
MODELS = [{}, {"model.dropout": 0.3}, {"model.batch_norm": True}]
SCHEDULES = ["constant", "step", "one_cycle"]


def trained(config, stepper, state=None, steps=None):
    config = config.with_values({"train.stepper": stepper})
    data = load(config.data, config.train.seed, "cuda")
    trainer = Trainer(config, data, state=state)
    losses = []
    for event in trainer.events():
        if event.kind == "steps":
            losses += event.losses
        if event.kind == "epoch" and steps is not None and event.step >= steps:
            break
    return losses, trainer


@pytest.mark.parametrize(
    ("optimizer", "model", "schedule"),
    list(itertools.product(OPTIMIZERS, MODELS, SCHEDULES)),
    ids=str,
)
def test_a_graph_gives_the_eager_steps_numbers(optimizer, model, schedule):
    config = RunConfig.from_flat(
        {
            "data.name": "digits",
            "data.batch_size": 32,
            "data.train_limit": 330,
            "optim.schedule": schedule,
            "train.epochs": 4,
            **optimizer,
            **model,
        }
    )
    eager, plainly = trained(config, "autograd")
    losses, trainer = trained(config, "cuda_graph")
    assert losses == eager
    assert all(
        map(torch.equal, trainer.model.state_dict().values(), plainly.model.state_dict().values())
    )


def test_it_is_what_a_gpu_takes_by_itself():
    config = RunConfig.from_flat({"data.name": "digits"})
    events = Trainer(config, load(config.data, config.train.seed, "cuda")).events()
    assert next(event.stepper for event in events if event.kind == "started") == "cuda_graph"


@pytest.mark.parametrize("stepper", ["autograd", "cuda_graph"])
def test_resumed_on_the_gpu_a_run_equals_itself(stepper):
    config = RunConfig.from_flat(
        {"data.name": "digits", "model.dropout": 0.3, "optim.momentum": 0.9, "train.epochs": 4}
    )
    whole, _ = trained(config, stepper)
    first, trainer = trained(config, stepper, steps=1)
    state = trainer.snapshot()
    assert first + trained(config, stepper, state=state)[0] == whole
