"""Whatever is written in a command line, the answer is an exit status and one sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli.main import COMMANDS
from mlcore.config import EDITABLE, SETTINGS, parse
from mlcore.errors import SettingsError

Shell = Callable[..., Any]

NUMBERS = (
    *("9" * digits for digits in (20, 309, 400, 4_300, 4_301, 5_000)),
    *("-" + "9" * 400, "0" * 500 + "1", "1" * 310 + ".5", "1" * 5_000 + ".5"),
    *("1e400", "-1e400", "1e-400", "1e308", "nan", "-nan", "inf", "-inf", "Infinity", "0x10"),
    *("", " ", "-1", "-0", "1,2", "0.1.2", "²", "٣٣" * 200, "true", "None", "128 " * 40),
)
TEXTS = (
    *("x" * 255, "x" * 256, "x" * 5_000, "é" * 300, "a/" * 3_000, "x" * 256 + "/config.json"),
    *("\0", "a\0b", "a\nb", "a\r\nb", "\x1b[31m\x07", "caf\udce9", "\ud800", "\U0001f600"),
    *("~", "~bob/runs", "~bob", "/", ".", "..", "-", "--", "=", "*", "{}", "[1]", "{0}", "%s"),
    *("/dev/null", "/dev/null/x", "/proc/self/mem", "/etc"),
)
PLACES = (
    ["queue", "RUN", "--to"],
    ["queue", "--at-once"],
    ["step", "RUN", "--steps"],
    ["fork", "RUN", "--epoch"],
    ["fork", "RUN", "--step"],
    ["fork", "NONE", "--name"],
    ["export", "RUN", "--checkpoint"],
    ["export", "RUN", "--format"],
    ["export", "RUN", "--output"],
    ["resume", "NONE", "--name"],
    ["runs", "--runs"],
    ["runs", "--tag"],
    ["queue", "--runs"],
    ["restore", "--runs"],
    ["inspect", "NONE", "--runs"],
    ["train", "--preset"],
    ["train", "--runs", "/dev/null/x", "--data.name", "digits", "--name"],
    ["train", "--data.name", "digits", "--model.hidden", "4", "--train.device"],
    ["data", "verify", "mnist", "--data.root"],
    ["data", "fetch"],
    ["evaluate", "RUN", "--data.root"],
    ["rename", "RUN"],
    ["note", "RUN"],
    ["tag", "RUN"],
    ["tag", "RUN", "--remove"],
    *(["edit", "RUN", f"--{name}"] for name in EDITABLE),
    *([command] for command in COMMANDS),
    *([command, "RUN"] for command in COMMANDS if command not in ("resume", "train", "delete")),
)


def lines(count: int) -> Iterator[list[str]]:
    drawn = random.Random(10)
    for _ in range(count):
        place = list(drawn.choice(PLACES))
        word = drawn.choice(drawn.choice((NUMBERS, TEXTS)))
        yield [*place[:-1], f"{place[-1]}={word}"] if drawn.random() < 0.1 else [*place, word]


@pytest.mark.slow
def test_every_line_ends_in_a_status_and_a_sentence(
    shell: Shell, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "none"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
    for words in lines(500):
        line = [trained.name if word == "RUN" else word for word in words]
        answer = shell(line)
        assert answer.status in (0, 1, 2), line
        assert "fault of the program" not in answer.err, (line, answer.err)
        if answer.status == 2 and answer.err:
            sentence = re.sub(r"\AFetching [^\n]+ to [^\n]+\n", "", answer.err)
            assert sentence.startswith("mlcore: "), line
            assert sentence.count("\n") == 1, (line, sentence)
            assert len(sentence) < 3_000, line
    assert trained.is_dir()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_takes_or_refuses_any_text(name: str) -> None:
    for text in (*NUMBERS, *TEXTS):
        refused = ""
        try:
            parse(name, text)
        except SettingsError as error:
            refused = str(error)
        assert len(refused) < 500, text[:50]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            ["rename", "RUN", "caf\udce9"],
            "`mlcore rename` takes text in UTF-8, but got 'caf\\udce9'",
        ),
        (["note", "RUN", "caf\udce9"], "`mlcore note` takes text in UTF-8"),
        (["train", "--data.name", "digits", "--name", "caf\udce9"], "`mlcore train` takes text in"),
        (
            ["step", "RUN", "--steps", "9" * 5_000],
            "`--steps` must be at most 1,000,000,000, but got",
        ),
        (["runs", "--runs", "~bob/runs"], ""),
        (["inspect", "x" * 256], f"'{'x' * 60}… (256 characters)' is neither a checkpoint file"),
        (["edit", "RUN", "--optim.lr", "9" * 400], "`optim.lr` must be a number above 0 and at"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, list) else "",
)
def test_words_that_were_faults_of_the_program(
    shell: Shell, trained: Path, line: list[str], sentence: str
) -> None:
    answer = shell([trained.name if word == "RUN" else word for word in line])
    assert answer.err.startswith(f"mlcore: {sentence}" if sentence else "")
    assert answer.status == (2 if sentence else 0)
