from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore.errors import SettingsError
from mlcore.runs.library.columns import COLUMNS
from mlcore.runs.library.condition import LONGEST_CONDITION, as_term, parse_condition


@pytest.fixture
def info(run):
    return run(
        {"optim.name": "adam", "optim.lr": 0.005, "model.hidden": (128, 64), "train.seed": 7},
        name="First try",
        tags=("homework", "Wide"),
        note="diverges above 0.3",
        created=time.mktime((2026, 11, 28, 14, 5, 10, 0, 0, -1)),
        seconds=150.0,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "lr < 0.01 and optimizer = adam and tag = homework",
        "lr<0,01",
        "optim.lr >= 0.005 and lr <= 5e-3",
        "optimizer = Adam",
        "optimizer != sgd",
        "hidden = 128,64",
        'hidden = "128 64"',
        "hidden ~ 64",
        "TAG = Homework",
        "tag != lecture and not tag = lecture",
        "tag ~ home",
        'name = "first try"',
        "name ~ try",
        "best > 90 % and best > 90% and best > 0.9 and best > 90",
        "duration > 2 min and duration < 0.1h and duration = 150s and duration = 150",
        "created = 2026-11-28 and created >= 2026-11 and created < 2027",
        'created = "2026-11-28 14:05"',
        "nesterov = off and amsgrad != on",
        "parent = none and best != none",
        "seed = 1 or seed = 7",
        "seed = 1 and seed = 2 or seed = 7",
        "not (seed = 1 or seed = 2)",
        "homework",
        '"FIRST TRY"',
        "first  try",
        "diverges and not converges",
        "state = finished",
        "training time > 2 min and best  VALIDATION > 90 %",
        "'Training time' > 2 min and not (Epochs done > 90)",
        "learning rate = 0.005 and Learning rate decay = 0 and not hidden layers = 128",
        "early stopping (epochs) = 0 and Drop every (epochs) > 0",
        "homework and seed in 1, 7 and lr < 0.01",
        "seed in 1,7",
        "Seed IN (1 , 7)",
        "seed not in 1, 2 and seed not in (3)",
        "duration in 2.5 min, 90 s",
        "best in 12 %, none or optimizer in adam",
        "optimizer in sgd, adam",
        "tag in homework",
        'hidden in "128,64", 64',
        'name in "first try", other',
        "parent in (none)",
    ],
)
def test_conditions_that_hold(info, text: str) -> None:
    assert parse_condition(text).holds(info)


@pytest.mark.parametrize(
    "text",
    [
        "lr > 0.01",
        "seed = 7 and (seed = 1 or seed = 2)",
        "tag = home",
        "tag != wide",
        "best = none",
        "parent = 20261128-110000-0000",
        "best > 93 %",
        "duration > 3 min",
        "created > 2026-11-28",
        "data = digits",
        "elsewhere",
        "hidden = none",
        "seed in 1, 2",
        "seed in (1,2)",
        "seed not in 1, 7",
        "test accuracy > 99 %",
        "optimizer in sgd",
        "loss in training",
    ],
)
def test_conditions_that_do_not_hold(info, text: str) -> None:
    assert not parse_condition(text).holds(info)


def test_nothing_compares_with_what_is_not_known(run) -> None:
    info = run(test_accuracy=None)
    for text in ("test > 0", "test < 100 %", "test = 0", "test ~ 9"):
        assert not parse_condition(text).holds(info)
    assert parse_condition("test != 0.9").holds(info)
    assert parse_condition("test = none").holds(info)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lrr < 1", "at character 1: there is no column 'lrr' (did you mean \"lr\"?), but"),
        ("lr < ", "at character 5: a value for lr is missing."),
        ("lr < = 1", "at character 6: expected a value for lr, but got '='."),
        ("lr < fast", "at character 6: optim.lr must be compared with a number, but got 'fast'."),
        ("lr < 5 %", "must be compared with a number, but got '5%'."),
        ("lr = 1 seed = 2", "at character 8: expected `and`, `or` or the end, but got 'seed'."),
        ("and lr = 1", "at character 1: expected a column or a text, but got 'and'."),
        ("(lr = 1", "at character 8: a closing bracket is missing."),
        ("lr = 1)", "at character 7: expected `and`, `or` or the end, but got ')'."),
        ('name = "x', "at character 8: the quotation mark has no partner."),
        ("seed in 1,", "at character 11: a value for seed is missing."),
        ("seed in (1, 2", "at character 14: a closing bracket is missing."),
        ("seed in one, two", "at character 9: train.seed must be compared with a number, but got"),
        ("best validation > fast", "at character 19: best must be compared with 0.97 or 97 %"),
        ("lr ! 1", "at character 4: '!' means nothing here."),
        ("optimizer = adm", "at character 13: optim.name cannot be 'adm' (did you mean \"adam\"?)"),
        ("optimizer < adam", "optim.name can be compared by =, != and ~ only, but got <."),
        ("tag < x", "tag can be compared by =, != and ~ only, but got <."),
        ("best > none", "best can be compared by = and != only, but got >."),
        ("hidden = a", "whole numbers, such as 128,64, but got 'a'."),
        ("created > soon", "a day or the beginning of one, such as 2026-11-28, but got 'soon'."),
        ("nesterov = maybe", "on or off, but got 'maybe'."),
        ("duration > 3 %", "90 s, 2 min or 1 h, but got '3%'."),
        ("not " * 25 + "x", "at character 81: more than 20 brackets in brackets."),
        ("x" * 501, "A condition can have 500 characters, but got 501: shorten it."),
    ],
)
def test_an_error_is_a_sentence_that_says_where(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_condition(text)
    assert sentence in str(caught.value)


@given(st.text(max_size=LONGEST_CONDITION + 10))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SettingsError):
        assert parse_condition(text).text == text


_WORDS = st.sampled_from(
    [
        *"()<>=~,",
        "!=",
        "<=",
        "in",
        "1,2",
        "and",
        "or",
        "not",
        "none",
        "%",
        "min",
        '"',
        "0.5",
        "2026-11",
        "adam",
    ]
) | st.sampled_from([*COLUMNS, *(column.label for column in COLUMNS.values())])


@given(words=st.lists(_WORDS, max_size=12))
def test_any_words_of_a_condition_are_read_or_refused(run, words: list[str]) -> None:
    with contextlib.suppress(SettingsError):
        assert parse_condition(" ".join(words)).holds(run()) in (True, False)


def test_a_text_of_several_words_is_looked_for_as_it_is(run) -> None:
    assert parse_condition("Ümläut 🙂").holds(run(name="mein ümläut 🙂 again"))
    assert not parse_condition("Ümläut 🙂").holds(run(name="ümläut"))


def test_every_heading_names_its_column_with_and_without_quotation_marks(run) -> None:
    for name, column in COLUMNS.items():
        if name == "train.loss":  # its heading is the name of another
            continue
        for heading in (column.label, column.label.upper(), f'"{column.label}"'):
            for value in ("none", "5", "on", "2026", "adam", "cross_entropy"):
                with contextlib.suppress(SettingsError):
                    found = parse_condition(f"{heading} = {value}").holds(run())
                    assert found == parse_condition(f"{name} = {value}").holds(run())
                    break
            else:
                choice = column.choices[0]
                assert parse_condition(f"{heading} = {choice}").holds(run()) == parse_condition(
                    f"{name} = {choice}"
                ).holds(run())


def test_a_text_with_in_between_its_words_is_looked_for_as_it_is(run) -> None:
    for text in ("loss in training", "trained in 2026", "note in class", "seed in soil"):
        assert parse_condition(text).holds(run(name=f"my {text}!"))
        assert not parse_condition(text).holds(run(name="another"))


def test_brackets_in_quotes_are_text_and_units_belong_to_measures(run) -> None:
    assert parse_condition('"("').holds(run(name="a (first) try"))
    with pytest.raises(SettingsError, match="expected `and`, `or` or the end, but got 'h'"):
        parse_condition("name = wide h")
    assert parse_condition("duration < 1 h").holds(run())


def test_a_condition_is_joined_as_a_whole(run) -> None:
    info = run({"optim.lr": 0.005}, name="homework 3", state="running")
    for text in ("homework 3", "lr < 0.01 OR tag = x", "not lr > 1", "seed in 0, 1"):
        joined = f"{as_term(text)} and state = finished"
        assert parse_condition(text).holds(info)
        assert not parse_condition(joined).holds(info), joined
