"""What is written behind `--space`: read, written, refused; which settings a trial comes to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import MlcoreError, SettingsError
from mlcore.sweeps import Space, Sweep, parse_space
from mlcore.sweeps.dimension import Dimension, parse_dimension
from mlcore.sweeps.space import config_of

Make = Callable[..., Sweep]
FLAT = RunConfig().flat()

rates = st.floats(1e-12, 100, exclude_min=True)
layers = st.lists(st.integers(1, 16_384), max_size=4).map(tuple)


def refused(text: str) -> Dimension | SettingsError:
    try:
        return parse_dimension(text)
    except SettingsError as error:
        return error


@given(st.lists(rates, min_size=2, max_size=8, unique=True))
def test_listed_numbers_are_read_back(values: list[float]) -> None:
    written = Dimension(name="optim.lr", values=tuple(values))
    assert parse_dimension(written.text) == written
    assert parse_dimension(written.text.replace("|", " , ")) == written


@given(st.lists(layers, min_size=2, max_size=8, unique=True))
def test_lists_of_layers_are_read_back(values: list[tuple[int, ...]]) -> None:
    written = Dimension(name="model.hidden", values=tuple(values))
    assert parse_dimension(written.text) == written


@given(rates, rates, st.sampled_from(["", ":log", "step"]))
def test_ranges_are_read_back(one: float, other: float, end: str) -> None:
    low, high = sorted((one, other))
    step = (high - low) / 3 if end == "step" else None
    if low == high or step == 0:
        return
    written = Dimension(name="optim.lr", low=low, high=high, log=end == ":log", step=step)
    assert parse_dimension(written.text) == written


@given(st.text(max_size=40), st.sampled_from(["", *SETTINGS, "optim.lr=0.1..", "model.hidden=1|"]))
def test_any_text_is_a_dimension_or_a_sentence(text: str, before: str) -> None:
    for word in (before + text, f"{before}={text}"):
        found = refused(word)
        if isinstance(found, SettingsError):
            assert str(found).endswith(".")
        else:
            assert parse_dimension(found.text) == found


@given(st.integers(1, 50), st.integers(1, 200), st.integers(1, 60))
def test_a_range_of_whole_numbers_in_steps_lists_what_range_does(
    low: int, width: int, step: int
) -> None:
    if step > width:
        return
    found = parse_dimension(f"train.epochs={low}..{low + width}:step={step}")
    assert found.listed() == tuple(range(low, low + width + 1, step))
    assert found.count() == len(found.listed())


def test_steps_of_a_tenth_hit_the_end() -> None:
    found = parse_dimension("model.dropout=0..0.3:step=0.1")
    assert found.listed() == (0.0, 0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("optim.lr", "takes a setting and its values"),
        ("=1,2", "takes a setting and its values"),
        ("optim.lrr=1,2", 'no setting (did you mean "optim.lr"?)'),
        ("optim.lr=0.1", "has one value only, 0.1"),
        ("model.hidden=64,128", "has one value only, 64,128: write several"),
        ("optim.lr=0..1", "above 0 and at most 100, but got 0"),
        ("optim.lr=0.1..1000", "above 0 and at most 100, but got 1000"),
        ("optim.lr=1..0.1", "must begin below its end, but got '1..0.1'"),
        ("optim.lr=0.1...1", "two numbers with .. in between"),
        ("optim.lr=a..b", "two numbers with .. in between, but got 'a..b'"),
        ("optim.lr=0.1..1:lin", "can end in :log or :step=NUMBER, but got ':lin'"),
        ("optim.lr=0.1..1:step=2", "a number above 0 that fits into its range"),
        ("train.epochs=1..5:step=0.5", "and a whole one where the setting is, but got '0.5'"),
        ("optim.momentum=0..0.9:log", "begin above 0 to be drawn over powers of ten"),
        ("optim.lr=0.1,,0.2", "has an empty value"),
        ("optim.lr=0.1,0.10", "has the value 0.1 twice"),
        ("optim.name=sgd,adam2", "must be one of sgd, adam, adamw"),
        ("model.batch_norm=true,maybe", "must be true or false"),
        ("data.name=mnist,digits", "validated on different images"),
        ("train.device=cpu,cuda", "says where and how to compute"),
        ("train.seed=0..9", "the luckiest"),
    ],
)
def test_what_cannot_vary_is_said(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as found:
        parse_dimension(text)
    assert sentence in str(found.value)


def test_a_setting_is_named_once_and_one_at_least() -> None:
    with pytest.raises(SettingsError, match="two `--space`"):
        parse_space(["optim.lr=0.1,0.2", "optim.lr=0.3,0.4"])
    with pytest.raises(SettingsError, match="needs settings to vary"):
        parse_space([])


def test_a_trial_has_only_what_applies_to_it() -> None:
    space = parse_space(["optim.momentum=0.5,0.9", "optim.name=sgd,adamw"])
    found = list(space.combinations(FLAT, Dimension.listed))
    assert found == [
        {"optim.name": "sgd", "optim.momentum": 0.5},
        {"optim.name": "sgd", "optim.momentum": 0.9},
        {"optim.name": "adamw"},
    ]
    assert config_of(FLAT | {"optim.momentum": 0.9}, found[2]).optim.momentum == 0.0
    assert config_of(FLAT, found[1]).optim.momentum == 0.9


@pytest.mark.parametrize(
    ("space", "options", "sentence"),
    [
        (["optim.lr=0.1,0.2"], {"data__validation": 0}, "`--data.validation 143`"),
        (["optim.lr=0.1,0.2"], {"optim__lr": 0.1}, "given as a setting and varies"),
        (["optim.lr=0.1,0.2"], {"optim__beta1": 0.8}, "means something only where `optim.name`"),
        (["optim.beta1=0.8,0.9"], {}, "adam or adamw, but here it is sgd"),
        (["optim.lr=0.1,0.2"], {"sampler": "tpa"}, "but got 'tpa' (did you mean \"tpe\"?)"),
        (["optim.lr=0.1,0.2"], {"pruner": "meridian"}, "`--pruner` must be one of none, median"),
        (["optim.lr=0.1,0.2"], {"objective": "test"}, "`--objective` must be one of accuracy"),
        (["optim.lr=0.1,0.2"], {"name": "two words"}, "must begin with a letter or a digit"),
        (["optim.lr=0.1,0.2"], {"name": "../up"}, "must begin with a letter"),
        (["optim.lr=0.1,0.2"], {"data__validation": 5000}, "must leave images to train on"),
        (["optim.lr=0.1..1"], {"sampler": "grid"}, "optim.lr=0.1..1:step=0.225"),
        (["data.batch_size=16..256:log"], {"sampler": "grid"}, "values that can be counted"),
        (["optim.lr=0.1,0.2"], {"sampler": "grid", "trials": 3}, "has 2 trials, but got 3"),
        (
            [f"optim.{name}=0..1:step=0.001" for name in ("weight_decay", "clip_norm")],
            {"sampler": "grid"},
            "can have 10,000 trials, but this one has 1,002,001",
        ),
        (["optim.min_lr=1,2"], {"optim__schedule": "cosine"}, "must be below `optim.lr`"),
    ],
)
def test_what_does_not_go_together_is_said(
    make: Make, space: list[str], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(MlcoreError) as found:
        make(space, **options)
    assert sentence in str(found.value)


def test_a_grid_has_each_combination_that_can_be_trained(make: Make) -> None:
    space = ["optim.nesterov=true,false", "optim.momentum=0,0.9", "optim.name=sgd,adam"]
    sweep = make(space, sampler="grid")
    assert sweep.trials == 4  # no nesterov without momentum, neither of them with Adam


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_where_all_that_can_differ_are_asked_for_each_is_trained_once(make: Make, sampler) -> None:
    space = ["optim.lr=0.1,0.2", "data.batch_size=32,64"]
    for trials, many, how in ((3, 3, sampler), (4, 4, "grid"), (40, 4, "grid"), (None, 4, "grid")):
        sweep = make(space, sampler=sampler, trials=trials)
        assert (sweep.trials, sweep.sampler) == (many, how)
    endless = make(["optim.lr=0.1..0.2"], sampler=sampler)
    assert (endless.trials, endless.sampler) == (40, sampler)


def test_a_sweep_is_read_back(make: Make) -> None:
    sweep = make(
        ["optim.lr=1e-4..1:log", "model.hidden=64|128,64|none", "model.batch_norm=true,false"],
        pruner="median",
        objective="loss",
        trials=7,
        jobs=3,
    )
    assert Sweep.from_json(sweep.to_json()) == sweep


@given(st.integers(0, 10**6))
def test_a_sweep_finds_in_a_config_what_it_drew(seed: int) -> None:
    import random

    drawn = random.Random(seed)
    space: Space = parse_space(
        ["optim.lr=1e-4..1:log", "optim.name=sgd,adam,rmsprop", "optim.momentum=0.1..0.9"]
    )

    def draw(one: Dimension) -> Any:
        if one.values:
            return drawn.choice(one.values)
        return min(one.high, max(one.low, math.exp(drawn.uniform(-9, 0))))

    params = space.params(FLAT, draw)
    values = config_of(FLAT, params).flat()
    assert space.params(values, lambda one: values[one.name]) == params


@pytest.mark.parametrize(
    ("text", "drawn", "wanted"),
    [
        ("optim.lr=0.001..1:log", 0.3553066331074482, 0.3553),
        ("optim.lr=0.00123449..1:log", 0.00123449, 0.00123449),  # not below the range
        ("model.dropout=0..0.5:step=0.1", 0.30000000000000004, 0.3),
        ("optim.lr=0.1..0.1001", 0.100046789, 0.100046789),
    ],
)
def test_a_drawn_number_is_one_that_people_write(text, drawn, wanted) -> None:
    assert parse_dimension(text).rounded(drawn) == wanted
