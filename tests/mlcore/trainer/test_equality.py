"""A run's losses and weights are those of the plain script, to the last bit."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.trainer import Trainer

ANY = st.from_type(RunConfig)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(config=ANY)
def test_any_settings_give_the_plain_scripts_numbers(plain, config):
    losses, model = plain.script(config)
    ours, trainer, _ = plain.run(config)
    assert ours == losses
    assert plain.same_weights(trainer, model)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=1000, deadline=None, derandomize=True)
@given(config=ANY)
def test_a_thousand_settings_give_the_plain_scripts_numbers(plain, config):
    losses, model = plain.script(config)
    ours, trainer, _ = plain.run(config)
    assert ours == losses
    assert plain.same_weights(trainer, model)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(config=ANY, stepper=st.sampled_from(["auto", "autograd"]))
def test_in_float64_they_are_those_of_the_plain_script_in_float64(plain, config, stepper):
    config = config.with_values({"train.dtype": "float64", "train.stepper": stepper})
    losses, model = plain.script(config)
    ours, trainer, _ = plain.run(config)
    assert ours == losses
    assert plain.same_weights(trainer, model)
    assert {weight.dtype for weight in trainer.model.parameters()} == {torch.float64}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=200, deadline=None, derandomize=True)
@given(config=ANY)
def test_in_float64_two_hundred_settings_give_the_plain_scripts_numbers(plain, config):
    config = config.with_values({"train.dtype": "float64"})
    losses, model = plain.script(config)
    ours, trainer, _ = plain.run(config)
    assert ours == losses
    assert plain.same_weights(trainer, model)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(config=ANY)
def test_so_do_steps_by_autograd(plain, config):
    losses, model = plain.script(config)
    ours, trainer, _ = plain.run(config.with_values({"train.stepper": "autograd"}))
    assert ours == losses
    assert plain.same_weights(trainer, model)


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("optimizer", "dtype"), [("sgd", "float32"), ("adam", "float32"), ("adam", "float64")]
)
def test_two_epochs_of_mnist_are_the_tutorials(plain, mnist_root, optimizer, dtype):
    config = RunConfig.from_flat(
        {
            "data.root": str(mnist_root),
            "train.epochs": 2,
            "optim.name": optimizer,
            "train.dtype": dtype,
        }
    )
    losses, model = plain.script(config, mnist_root)
    trainer = Trainer(config, load(config.data, config.train.seed))
    ours = [loss for e in trainer.events() if e.kind == "steps" for loss in e.losses]
    assert len(ours) == 1876
    assert ours == losses
    assert plain.same_weights(trainer, model)


def test_weights_go_into_the_tutorials_net_and_back(plain):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = torch.nn.Linear(784, 128)
            self.fc2 = torch.nn.Linear(128, 64)
            self.fc3 = torch.nn.Linear(64, 10)

        def forward(self, x):
            x = x.view(x.shape[0], -1)
            x = torch.relu(self.fc1(x))
            x = torch.relu(self.fc2(x))
            return torch.log_softmax(self.fc3(x), dim=1)

    config = RunConfig.from_flat({"data.name": "digits", "train.epochs": 1})
    _, trainer, _ = plain.run(config)
    images = torch.randn(5, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    net = Net()
    net.load_state_dict(trainer.model.state_dict())
    assert torch.equal(net(images), trainer.model(images))
    torch.manual_seed(3)
    trainer.model.load_state_dict(Net().state_dict())
    torch.manual_seed(3)
    assert torch.equal(Net()(images), trainer.model(images))
