"""The summary tells of the model that is really built."""

import pytest

from mlcore.config import ModelConfig
from mlcore.model import MLP
from mlcore.summary import summarize

MODELS = [
    ModelConfig(),
    ModelConfig(hidden=()),
    ModelConfig(hidden=(5,), batch_norm=True),
    ModelConfig(hidden=(9, 8, 7), batch_norm=True, dropout=0.5, activation="gelu"),
]


@pytest.mark.parametrize("config", MODELS)
@pytest.mark.parametrize("outputs", [10, 26])
def test_parameters_and_bytes_are_those_of_the_built_model(config, outputs):
    summary, model = summarize(config, outputs), MLP(config, outputs=outputs)
    assert summary.parameters == sum(weight.numel() for weight in model.parameters())
    assert summary.bytes == sum(t.numel() * t.element_size() for t in model.state_dict().values())


@pytest.mark.parametrize("config", MODELS)
def test_layers_with_parameters_are_the_models_own_in_order(config):
    described = [layer for layer in summarize(config, 10).layers if layer.name]
    built = list(MLP(config).named_children())
    assert [layer.name for layer in described] == [name for name, _ in built]
    for layer, (_, module) in zip(described, built, strict=True):
        assert layer.parameters == sum(weight.numel() for weight in module.parameters())


def test_the_quick_start_reads_from_the_pixels_to_the_classes():
    summary = summarize(ModelConfig(), 10)
    assert [layer.kind for layer in summary.layers] == [
        "linear", "relu", "linear", "relu", "linear", "log_softmax",
    ]  # fmt: skip
    assert summary.layers[0].shape_in == (784,)
    for before, after in zip(summary.layers, summary.layers[1:], strict=False):
        assert before.shape_out == after.shape_in
    assert summary.layers[-1].shape_out == (10,)
    assert summary.parameters == 109_386
