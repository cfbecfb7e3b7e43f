"""The MLP is the network a person would write layer by layer."""

import pytest
import torch

from mlcore.config import ModelConfig, RunConfig
from mlcore.model import ACTIVATIONS, MLP, build


def pictures(count=6):
    return torch.randn(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_images_may_come_flat_or_as_pictures():
    model = MLP(ModelConfig())
    assert torch.equal(model(pictures()), model(pictures().flatten(1)))


def test_it_hands_out_log_probabilities_or_logits():
    torch.manual_seed(0)
    model = MLP(ModelConfig())
    torch.testing.assert_close(model(pictures()).exp().sum(1), torch.ones(6))
    torch.manual_seed(0)
    logits = MLP(ModelConfig(), log_probabilities=False)(pictures())
    assert torch.equal(torch.log_softmax(logits, 1), model(pictures()))
    assert torch.equal(logits, model.logits(pictures()))


def test_names_of_the_state_dict_are_the_tutorials():
    assert list(MLP(ModelConfig()).state_dict()) == [
        "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias",
    ]  # fmt: skip
    names = list(MLP(ModelConfig(hidden=(4,), batch_norm=True)).state_dict())
    assert {name.split(".")[0] for name in names} == {"fc1", "bn1", "fc2"}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_stands_after_every_hidden_layer(activation):
    model = MLP(ModelConfig(hidden=(3, 4), activation=activation))
    x = pictures().flatten(1)
    for layer in model.linears[:-1]:
        x = ACTIVATIONS[activation](layer(x))
    assert torch.equal(model.logits(pictures()), model.linears[-1](x))


def test_dropout_rests_in_evaluation():
    model = MLP(ModelConfig(dropout=0.9))
    assert not torch.equal(model(pictures()), model(pictures()))
    model.eval()
    assert torch.equal(model(pictures()), model(pictures()))


def test_a_run_builds_its_model_from_the_seed_alone():
    config = RunConfig.from_flat({"train.loss": "cross_entropy"})
    torch.manual_seed(7)
    first = build(config, 26)
    torch.manual_seed(7)
    assert all(map(torch.equal, first.parameters(), build(config, 26).parameters()))
    assert first.outputs == 26
    assert not first.log_probabilities
