"""The settings: defaults, ranges, contradictions, JSON, text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.config import (
    SETTINGS,
    DataConfig,
    ModelConfig,
    OptimConfig,
    RunConfig,
    TrainConfig,
    data_root,
    parse,
)
from mlcore.errors import SettingsError
from mlcore.presets import PAGE_PRESET, PRESETS, preset_of
from mlcore.words import as_text

QUICK_START = {
    "data": {"name": "mnist", "batch_size": 64, "validation": 0, "mean": 0.5, "std": 0.5},
    "model": {"hidden": [128, 64], "activation": "relu", "dropout": 0.0, "batch_norm": False},
    "optim": {"name": "sgd", "lr": 0.003, "momentum": 0.0, "schedule": "constant"},
    "train": {"epochs": 5, "loss": "nll", "seed": 0},
}

REFUSED = [
    ({"optim.lr": -0.1}, "`optim.lr` must be a number above 0 and at most 100, but got -0.1."),
    ({"optim.lr": float("nan")}, "but got nan."),
    ({"optim.lr": "fast"}, "but got 'fast'."),
    ({"optim.nme": "sgd"}, 'did you mean "optim.name"?'),
    ({"optim.name": "sdg"}, 'did you mean "sgd"?'),
    ({"optim.nesterov": True}, "needs `optim.momentum` above 0"),
    ({"optim.name": "adam", "optim.momentum": 0.9}, "only where `optim.name` is sgd or rmsprop"),
    ({"optim.gamma": 0.5}, "only where `optim.schedule` is step or plateau"),
    ({"optim.schedule": "cosine", "optim.min_lr": 0.01}, "must be below `optim.lr`"),
    ({"train.patience": 3}, "hold out 5000 images"),
    ({"train.device": "tpu"}, "but got 'tpu'."),
    ({"train.epochs": 0}, "at least 1"),
    ({"train.epochs": True}, "but got True."),
    ({"data.batch_size": 1.5}, "whole number"),
    ({"data.drop_last": "yes"}, "must be true or false"),
    ({"model.hidden": [128, 0]}, "at least 1"),
    ({"model.hidden": 128}, "must be whole numbers such as"),
    ({"model.hidden": [1] * 33}, "at most 32 layers"),
    ({"model.dropout": 1.0}, "below 1"),
    ({"train.processes": 0}, "at least 1 and at most 64"),
    ({"train.processes": 2, "model.batch_norm": True}, "or train in one process"),
    ({"train.processes": 2, "train.device": "cuda:1"}, "each has a device of its own"),
]


def test_a_bare_config_is_the_quick_start():
    settings = RunConfig().to_json()
    for group, values in QUICK_START.items():
        assert {name: settings[group][name] for name in values} == values


@pytest.mark.parametrize(("values", "words"), REFUSED)
def test_a_bad_setting_is_refused_in_one_sentence(values, words):
    with pytest.raises(SettingsError) as caught:
        RunConfig.from_flat(values)
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([], "JSON object"),
        ({"optimiser": {}}, "no group of settings"),
        ({"optim": 3}, "`optim` must be a JSON object"),
        ({"optim": {"rate": 1}}, "is no setting"),
    ],
)
def test_json_of_another_shape_is_refused(record, words):
    with pytest.raises(SettingsError, match=words):
        RunConfig.from_json(record)


def test_settings_left_out_of_json_keep_their_defaults():
    assert RunConfig.from_json({"train": {"epochs": 2}}) == RunConfig(train=TrainConfig(epochs=2))


configs = st.builds(
    RunConfig,
    data=st.builds(
        DataConfig,
        batch_size=st.integers(1, 60_000),
        validation=st.integers(0, 5_000),
        mean=st.floats(-1, 1),
        drop_last=st.booleans(),
    ),
    model=st.builds(
        ModelConfig,
        hidden=st.lists(st.integers(1, 512), max_size=4).map(tuple),
        dropout=st.floats(0, 0.99),
        activation=st.sampled_from(SETTINGS["model.activation"].choices),
    ),
    optim=st.builds(OptimConfig, lr=st.floats(1e-8, 100), weight_decay=st.floats(0, 10)),
    train=st.builds(TrainConfig, seed=st.integers(0, 2**32 - 1)),
)


@given(configs)
def test_a_config_survives_json_and_dotted_names(config):
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert RunConfig.from_flat(config.flat()) == config


@given(configs)
def test_every_value_survives_being_written_as_text(config):
    for name, value in config.flat().items():
        assert parse(name, as_text(value)) == value


@pytest.mark.parametrize(
    ("name", "text"), [("optim.lr", "x"), ("train.epochs", "1.5"), ("model.hidden", "12,a")]
)
def test_text_that_is_no_value_is_refused(name, text):
    with pytest.raises(SettingsError, match="but got"):
        parse(name, text)


def test_every_setting_has_help_a_label_and_a_default_inside_its_range():
    for setting in SETTINGS.values():
        assert setting.rule.help
        assert setting.rule.label
        assert setting.rule.check(setting.name, setting.default, setting.kind) == setting.default


def test_the_data_folder_is_the_setting_then_the_variable_then_data(monkeypatch):
    monkeypatch.setenv("MLCORE_DATA", "/elsewhere")
    assert str(data_root(DataConfig(root="here"))) == "here"
    assert str(data_root(DataConfig())) == "/elsewhere"
    monkeypatch.delenv("MLCORE_DATA")
    assert str(data_root(DataConfig())) == "data"


def test_presets_know_their_names_and_the_exact_quick_start_is_the_default():
    assert PRESETS["Quick start, exact"] == RunConfig()
    assert PRESETS[PAGE_PRESET].data.validation == 5_000
    assert all(preset_of(preset) == name for name, preset in PRESETS.items())
    assert preset_of(RunConfig(train=TrainConfig(seed=9))) is None
