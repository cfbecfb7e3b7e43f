from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.settings.form import check, effective, fit_to_data, read, shown
from mlcore.config import SETTINGS, RunConfig
from mlcore.presets import PRESETS
from mlcore.words import as_text


def values(**changes: object) -> dict[str, object]:
    return RunConfig().flat() | {name.replace("__", "."): item for name, item in changes.items()}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_accepted_as_it_is(name: str) -> None:
    assert check(PRESETS[name].flat()).config == PRESETS[name]


def test_what_does_not_apply_falls_back_to_its_default_and_is_hidden() -> None:
    held = values(optim__name="adam", optim__momentum=0.9, optim__nesterov=True)
    config = check(held).config
    assert config is not None
    assert (config.optim.momentum, config.optim.nesterov) == (0.0, False)
    assert not shown(SETTINGS["optim.momentum"], held)


def test_nesterov_is_offered_only_beside_a_momentum() -> None:
    assert not shown(SETTINGS["optim.nesterov"], values())
    assert shown(SETTINGS["optim.nesterov"], values(optim__momentum=0.9))
    assert effective(values(optim__nesterov=True))["optim.nesterov"] is False


def test_early_stopping_is_offered_only_with_validation_images() -> None:
    assert not shown(SETTINGS["train.patience"], values())
    assert shown(SETTINGS["train.patience"], values(data__validation=100))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"optim__lr": 0.0}, "optim.lr", "Learning rate must be a number above 0"),
        ({"model__hidden": "32 x"}, "model.hidden", "but got 'x'"),
        ({"model__hidden": "0"}, "model.hidden", "at least 1"),
        (
            {"optim__schedule": "cosine", "optim__min_lr": 0.01},
            "optim.min_lr",
            "Lowest learning rate must be below Learning rate",
        ),
        ({"data__validation": 60_000}, "data.validation", "must leave images to train on"),
        (
            {"data__validation": 100, "data__train_limit": 100},
            "data.validation",
            "100 of 100: hold out fewer.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_at_its_field(
    changes: dict[str, object], field: str, words: str
) -> None:
    checked = check(values(**changes))
    assert checked.config is None
    assert list(checked.errors) == [field]
    assert words in checked.errors[field]
    assert "`" not in checked.errors[field]


def test_hidden_layers_are_read_as_people_write_them() -> None:
    for text, layers in {
        "128, 64": (128, 64),
        "32": (32,),
        "": (),
        "None": (),
        "8 8": (8, 8),
    }.items():
        assert read(SETTINGS["model.hidden"], text) == layers


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("optim.lr", "0,05", 0.05),
        ("optim.lr", "1,5", 1.5),
        ("optim.lr", " .05 ", 0.05),
        ("optim.lr", "5e-2", 0.05),
        ("optim.lr", "5,5e-2", 0.055),
        ("optim.momentum", "0,900", 0.9),
        ("data.batch_size", "60,000", 60_000),
        ("data.batch_size", "60 000", 60_000),
        ("data.batch_size", "64.0", 64),
        ("data.mean", "\N{MINUS SIGN}0,5", -0.5),
    ],
)
def test_numbers_are_read_as_people_write_them(name: str, text: str, value: float) -> None:
    assert read(SETTINGS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("optim.lr", "-1", "above 0 and at most 100, but got -1."),
        ("optim.lr", "1000", "at most 100, but got 1000."),
        ("optim.lr", "", "but got ''."),
        ("optim.lr", "0.0.5", "but got '0.0.5'."),
        ("optim.lr", "nan", "but got nan."),
        ("optim.lr", "1,2,3", "but got '1,2,3'."),
        ("data.batch_size", "2,5", "must be a whole number"),
        ("data.batch_size", "many", "but got 'many'."),
    ],
)
def test_a_number_that_cannot_be_used_is_refused_with_what_was_typed(
    name: str, text: str, words: str
) -> None:
    errors = check(RunConfig().flat() | {name: text}).errors
    assert list(errors) == [name]
    assert words in errors[name]


def test_held_out_images_that_cannot_be_read_are_left_alone() -> None:
    assert fit_to_data(values(data__name="digits", data__validation="many")) == {}


@given(st.lists(st.integers(1, 16_384), max_size=32))
def test_hidden_layers_survive_the_way_into_the_field_and_back(layers: list[int]) -> None:
    assert read(SETTINGS["model.hidden"], as_text(tuple(layers))) == tuple(layers)


@given(st.floats(min_value=1e-300, max_value=100))
def test_a_learning_rate_survives_the_way_into_text_and_back(rate: float) -> None:
    assert read(SETTINGS["optim.lr"], as_text(rate)) == rate


def test_held_out_images_shrink_to_fit_a_small_data_set() -> None:
    small = values(data__name="digits", data__validation=5_000)
    assert fit_to_data(small) == {"data.validation": 200}
    assert check(small | fit_to_data(small)).config is not None
    assert fit_to_data(values(data__validation=5_000)) == {}
