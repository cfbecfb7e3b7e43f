from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from mlcore.cli.arguments import read
from mlcore.cli.options import OPTIONAL, POSITIONAL, argument, switch, text, whole_number
from mlcore.config import SETTINGS, RunConfig
from mlcore.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class Options:
    """Try something."""

    what: Annotated[str, POSITIONAL, argument("what to try", "WHAT")] = ""
    place: Annotated[str, text("where", "here")] = ""
    json: Annotated[bool, switch("for machines")] = False
    note: Annotated[str | None, OPTIONAL, text("what to note", "nothing")] = None
    count: Annotated[int | None, whole_number("count", low=1), text("how many", "all")] = None


def parse(words: str, **more: Any) -> tuple[Options, dict[str, Any]]:
    return read("try", Options, words.split(), settings=SETTINGS, **more)


def test_options_and_settings_are_told_apart() -> None:
    options, given = parse("this --json --optim.lr 0.5 --place there")
    assert options == Options(what="this", place="there", json=True)
    assert given == {"optim.lr": 0.5}


def test_nothing_given_is_nothing_changed() -> None:
    assert parse("") == (Options(), {})


def test_an_option_that_is_not_given_differs_from_every_text() -> None:
    assert parse("--note None --count 3")[0] == Options(note="None", count=3)


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("--data.batch-size 32", {"data.batch_size": 32}),
        ("--data.batch_size 32", {"data.batch_size": 32}),
        ("--data.batch-size=32", {"data.batch_size": 32}),
        ("--model.hidden 64 32 16", {"model.hidden": (64, 32, 16)}),
        ("--model.hidden 64,32", {"model.hidden": (64, 32)}),
        ("--model.hidden", {"model.hidden": ()}),
        ("--model.hidden --json", {"model.hidden": ()}),
        ("--model.batch-norm", {"model.batch_norm": True}),
        ("--data.mean -1.5", {"data.mean": -1.5}),
        ("--optim.name adam --data.root x/y", {"optim.name": "adam", "data.root": "x/y"}),
    ],
)
def test_a_setting_may_be_written_so(words: str, given: dict[str, Any]) -> None:
    assert parse(words)[1] == given


def test_a_switch_of_the_settings_below_can_be_turned_off() -> None:
    base = RunConfig.from_flat({"model.batch_norm": True})
    assert parse("--model.no-batch-norm", base=base)[1] == {"model.batch_norm": False}
    assert parse("--model.batch-norm", base=base)[1] == {}


def test_every_setting_can_be_written_as_text() -> None:
    words, wanted = [], {}
    for name, setting in SETTINGS.items():
        flag, value = "--" + name.replace("_", "-"), setting.default
        if isinstance(value, bool):
            words.append(flag)
            wanted[name] = not value
            continue
        words += [flag, *map(str, value if isinstance(value, tuple) else [value])]
        wanted[name] = value
    assert read("try", Options, words, settings=SETTINGS)[1] == wanted


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "--optim.lrr 3",
            '`--optim.lrr` is no option of `mlcore try` (did you mean "--optim.lr"?)',
        ),
        ("--jsn", '`--jsn` is no option of `mlcore try` (did you mean "--json"?)'),
        (
            "--model.batch-norm true",
            "`--model.batch-norm` takes no value, but got 'true': `--model.batch-norm` turns it "
            "on, `--model.no-batch-norm` off.",
        ),
        ("--model.batch_norm=off", "`--model.batch-norm` takes no value, but got 'off'"),
        ("this that", "`mlcore try` does not know what to do with 'that'"),
        ("--optim.lr", "`--optim.lr` needs a value"),
        ("--optim.lr --json", "`--optim.lr` needs a value"),
        ("--count", "`--count` needs a value"),
        ("--count 0", "`--count` must be a whole number, 1 or more, but got '0'."),
        ("--count many", "`--count` must be a whole number, 1 or more, but got 'many'."),
        ("--optim.lr fast", "`optim.lr` must be a number above 0 and at most 100, but got 'fast'"),
        (
            "--optim.lr 1e400",
            "`optim.lr` must be a number above 0 and at most 100, but got '1e400'",
        ),
        ("--optim.lr inf", "`optim.lr` must be a number above 0 and at most 100, but got inf"),
        ("--train.epochs 1.5", "`train.epochs` must be a whole number at least 1"),
        ("--optim.name sdg", '(did you mean "sgd"?)'),
        ("--model.hidden 64 0", "Each of `model.hidden` must be a whole number at least 1"),
    ],
)
def test_a_bad_word_gets_one_sentence(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as error:
        parse(words)
    assert sentence in str(error.value)
    assert capsys.readouterr() == ("", "")


def test_the_help_tells_range_default_and_where_a_setting_applies(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit):
        parse("--help", base=RunConfig.from_flat({"train.epochs": 7}))
    told = " ".join(capsys.readouterr().out.split())
    assert "Try something." in told
    assert "at least 1 and at most 10000" in told
    assert "(default: 7)" in told
    assert "--optim.name sgd or rmsprop" in told
    assert all(f"--{name.replace('_', '-')}" in told for name in SETTINGS)


@pytest.mark.parametrize(
    ("word", "flag"),
    [
        ("--lr", "optim.lr"),
        ("--learning-rate", "optim.lr"),
        ("--optim.learning_rate", "optim.lr"),
        ("--train.lr", "optim.lr"),
        ("--epochs", "train.epochs"),
        ("--batch-size", "data.batch_size"),
        ("--batch_size", "data.batch_size"),
        ("--optimizer", "optim.name"),
        ("--train.optimizer", "optim.name"),
        ("--seed", "train.seed"),
        ("--device", "train.device"),
        ("--hidden", "model.hidden"),
        ("--dropout", "model.dropout"),
        ("--momentum", "optim.momentum"),
        ("--weight-decay", "optim.weight_decay"),
        ("--dataset", "data.name"),
        ("--data", "data.name"),
    ],
)
def test_the_common_word_for_a_setting_leads_to_its_flag(word: str, flag: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(f"{word} 1")
    assert f'(did you mean "--{flag.replace("_", "-")}"?)' in str(refused.value)


def test_a_choice_in_capitals_leads_to_it() -> None:
    with pytest.raises(SettingsError, match=r'did you mean "mnist"'):
        parse("--data.name MNIST")
