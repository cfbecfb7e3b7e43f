"""Every stepper does autograd's steps, to the last bit."""

import itertools

import pytest
import torch

from mlcore.config import RunConfig
from mlcore.errors import SettingsError
from mlcore.model import ACTIVATIONS, build
from mlcore.optim import build_optimizer
from mlcore.steps import Autograd, WrittenOut, make_stepper
from mlcore.steps.layers import DERIVATIVES
from mlcore.steps.loss import NegativeLogLikelihood

OPTIMIZERS = [
    {"optim.name": name, "optim.weight_decay": decay, **momentum}
    for name, decay in itertools.product(
        ["sgd", "adam", "adamw", "rmsprop", "adagrad"], [0.0, 0.01]
    )
    for momentum in (
        [{}, {"optim.momentum": 0.9}, {"optim.momentum": 0.9, "optim.nesterov": True}][
            : {"sgd": 3, "rmsprop": 2}.get(name, 1)
        ]
    )
]
OPTIMIZERS += [
    {"optim.name": "sgd", "optim.momentum": 0.9, "optim.dampening": 0.4},
    {"optim.name": "adam", "optim.beta1": 0.5, "optim.beta2": 0.99, "optim.eps": 1e-4},
    {"optim.name": "adam", "optim.beta1": 0.0, "optim.amsgrad": True},
    {"optim.name": "adamw", "optim.amsgrad": True, "optim.weight_decay": 0.1},
    {"optim.name": "rmsprop", "optim.alpha": 0.7, "optim.eps": 1e-3},
    {"optim.name": "rmsprop", "optim.centered": True},
    {"optim.name": "rmsprop", "optim.centered": True, "optim.momentum": 0.9},
    {"optim.name": "adagrad", "optim.lr_decay": 0.1},
]
MODELS = [
    {},
    {"model.hidden": ()},
    {"model.hidden": (300, 1, 7), "model.batch_norm": True},
    {"model.hidden": (12,), "model.dropout": 0.4},
    {"model.hidden": (12, 5), "model.dropout": 0.4, "model.batch_norm": True},
]


def batches(steps, size, seed=1):
    generator = torch.Generator().manual_seed(seed)
    for number in range(steps):
        count = size if number % 3 else max(size // 2, 2)  # a short batch now and then
        images = torch.randn(count, 784, generator=generator)
        yield images, torch.randint(0, 10, (count,), generator=generator)


def trained(config, kind, steps=7, size=16, device="cpu"):
    torch.manual_seed(0)
    model = build(config, 10).to(device)
    optimizer = build_optimizer(model.parameters(), config.optim)
    stepper = kind(model, optimizer, config.optim.clip_norm)
    losses = [
        stepper.step(images.to(device), labels.to(device))
        for images, labels in batches(steps, size)
    ]
    return torch.stack(losses), model, optimizer


def assert_equal(ours, theirs):
    assert torch.equal(ours[0], theirs[0])
    ours_state, theirs_state = ours[1].state_dict(), theirs[1].state_dict()
    assert all(torch.equal(ours_state[name], theirs_state[name]) for name in theirs_state)
    ours_memory, theirs_memory = ours[2].state_dict()["state"], theirs[2].state_dict()["state"]
    assert ours_memory.keys() == theirs_memory.keys()
    for number, memory in theirs_memory.items():
        assert memory.keys() == ours_memory[number].keys()
        for name, value in memory.items():
            kept = ours_memory[number][name]
            assert torch.equal(kept, value) if isinstance(value, torch.Tensor) else kept == value


@pytest.mark.parametrize("clip", [0.0, 0.5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: " ".join(map(str, o.values())))
def test_written_out_updates_are_the_stock_optimizers(optimizer, clip):
    config = RunConfig.from_flat({**optimizer, "optim.lr": 0.02, "optim.clip_norm": clip})
    assert_equal(trained(config, WrittenOut), trained(config, Autograd))


@pytest.mark.parametrize("loss", ["nll", "cross_entropy"])
@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_written_out_gradients_are_autograds(activation, model, loss):
    config = RunConfig.from_flat(
        {**model, "model.activation": activation, "train.loss": loss, "optim.lr": 0.1}
    )
    assert_equal(trained(config, WrittenOut), trained(config, Autograd))


@pytest.mark.parametrize("hidden", [(128, 64), (1,), (3, 1, 1)])
@pytest.mark.parametrize("size", [1, 2, 64, 1000])
def test_they_are_so_at_any_batch_size(size, hidden):
    config = RunConfig.from_flat(
        {"model.hidden": hidden, "model.activation": "leaky_relu", "optim.name": "adam"}
    )
    assert_equal(
        trained(config, WrittenOut, size=size, steps=9),
        trained(config, Autograd, size=size, steps=9),
    )


def test_weights_that_made_different_numbers_of_steps_keep_their_own_counts():
    config = RunConfig.from_flat({"optim.name": "adam", "optim.lr": 0.02})

    def resumed(kind):
        torch.manual_seed(0)
        model = build(config, 10)
        optimizer = build_optimizer(model.parameters(), config.optim)
        for weight in list(model.parameters())[-2:]:  # the last layer alone, three steps
            weight.grad = torch.ones_like(weight)
        for _ in range(3):
            optimizer.step()
        stepper = kind(model, optimizer, 0.0)
        return torch.stack([stepper.step(*batch) for batch in batches(5, 16)]), model, optimizer

    assert_equal(resumed(WrittenOut), resumed(Autograd))


def test_the_gradient_of_the_loss_is_softmax_minus_one_hot():
    logits = torch.randn(6, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = torch.arange(6)
    loss = NegativeLogLikelihood()
    loss.resize(6, 10, torch.float64)
    loss.forward(logits, labels)
    gradient = loss.backward()
    expected = (torch.softmax(logits, 1) - torch.nn.functional.one_hot(labels, 10)) / 6
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_every_derivative_is_the_limit_of_differences(name):
    x = torch.linspace(-3, 3, 41, dtype=torch.float64) + 0.01  # no kink of relu among them
    function, tiny = ACTIVATIONS[name], 1e-6
    slope = (function(x + tiny) - function(x - tiny)) / (2 * tiny)
    ours = DERIVATIVES[name](torch.ones_like(x), x, function(x))
    torch.testing.assert_close(ours, slope, atol=1e-6, rtol=1e-6)


def test_the_cpu_takes_the_written_out_step_by_itself():
    def chosen(stepper, device="cpu"):
        config = RunConfig.from_flat({"train.stepper": stepper})
        model = build(config, 10)
        optimizer = build_optimizer(model.parameters(), config.optim)
        return make_stepper(config, model, optimizer, torch.device(device)).name

    assert chosen("auto") == chosen("written_out") == "written_out"
    assert chosen("autograd") == "autograd"
    assert chosen("auto", "mps") == "autograd"
    with pytest.raises(SettingsError, match='"cuda_graph" works on cuda only'):
        chosen("cuda_graph")
