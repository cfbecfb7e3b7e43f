from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.settings.form import check
from dashboard.settings.link import LINKED, read_link, write_link
from mlcore.config import RunConfig
from mlcore.presets import PAGE_PRESET, PRESETS

START = PRESETS[PAGE_PRESET]


def config_of(params: dict[str, str]) -> RunConfig:
    config = check(read_link(params)[0]).config
    assert config is not None
    return config


def test_the_first_preset_needs_no_parameters() -> None:
    assert write_link(START) == {}
    assert config_of({}) == START


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_carries_every_preset(name: str) -> None:
    params = write_link(PRESETS[name])
    assert config_of(params) == PRESETS[name]
    assert read_link(params)[1] == []


@given(
    lr=st.floats(min_value=1e-6, max_value=100),
    hidden=st.lists(st.integers(1, 4096), max_size=6),
    batch=st.integers(1, 4096),
    norm=st.booleans(),
    epochs=st.integers(1, 10_000),
)
def test_a_link_carries_any_settings(
    lr: float, hidden: list[int], batch: int, norm: bool, epochs: int
) -> None:
    images = 60_000 - START.data.validation
    assume(not norm or (batch > 1 and images % batch != 1))  # batch norm takes no single image
    config = START.with_values(
        {
            "optim.lr": lr,
            "model.hidden": tuple(hidden),
            "data.batch_size": batch,
            "model.batch_norm": norm,
            "train.epochs": epochs,
        }
    )
    assert config_of(write_link(config)) == config


def test_a_link_is_short_and_readable() -> None:
    config = START.with_values({"optim.lr": 0.01, "model.hidden": (), "optim.name": "adam"})
    assert write_link(config) == {"optim.lr": "0.01", "model.hidden": "none", "optim.name": "adam"}


def test_a_link_names_no_folder_of_a_machine() -> None:
    assert "data.root" not in LINKED
    assert write_link(START.with_values({"data.root": "/somewhere"})) == {}
    assert config_of({"data.root": "/somewhere"}) == START


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"optim.lr": "-1"}, "Learning rate must be"),
        ({"optim.lr": "nan"}, "Learning rate must be"),
        ({"optim.name": "sdg"}, 'did you mean "sgd"'),
        ({"model.hidden": "0"}, "Hidden layers must be"),
        ({"model.hidden": ",".join(["8"] * 40)}, "at most 32 layers"),
        ({"train.device": "toaster"}, "Device must be"),
        ({"data.batch_size": "1e9"}, "Batch size must be"),
        ({"data.validation": "60000"}, "must leave images"),
        ({"optim.schedule": "cosine", "optim.min_lr": "0.5"}, "Lowest learning rate"),
    ],
)
def test_a_bad_value_falls_back_with_a_sentence_and_the_rest_stays(
    params: dict[str, str], words: str
) -> None:
    values, notes = read_link({"train.epochs": "7"} | params)
    config = check(values).config
    assert config is not None
    assert config.train.epochs == 7
    assert len(notes) == 1
    assert words in notes[0]


def test_what_does_not_apply_is_left_out_without_a_word() -> None:
    values, notes = read_link({"optim.name": "adam", "optim.momentum": "0.9"})
    assert (values["optim.momentum"], notes) == (0.0, [])


def test_small_data_in_a_link_fits_the_held_out_images() -> None:
    values, notes = read_link({"data.name": "digits"})
    config = check(values).config
    assert config is not None
    assert (config.data.name, config.data.validation) == ("digits", 200)
    assert notes == []


@given(st.dictionaries(st.sampled_from(LINKED), st.text(max_size=12), max_size=8))
def test_no_link_is_refused_as_a_whole(params: dict[str, str]) -> None:
    assert check(read_link(params)[0]).config is not None
