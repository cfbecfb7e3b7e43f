from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mlcore.cli import main
from mlcore.cli.main import COMMANDS
from mlcore.errors import DataError

Shell = Callable[..., Any]
MLCORE = [sys.executable, "-m", "mlcore"]


def test_help_names_every_command(shell: Shell) -> None:
    answer = shell("--help")
    assert answer.status == 0
    assert all(f"\n  {name} " in answer.out for name in COMMANDS)


def test_no_command_shows_the_help_and_is_an_error(shell: Shell) -> None:
    answer = shell("")
    assert answer.status == 2
    assert "usage: mlcore COMMAND" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(shell: Shell, command: str) -> None:
    answer = shell(f"{command} --help")
    assert answer.status == 0
    assert f"usage: mlcore {command}" in answer.out


def test_a_misspelt_command_gets_a_hint(shell: Shell) -> None:
    answer = shell("trian")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        'mlcore: `trian` is no command (did you mean "train"?): `mlcore --help` lists them.\n'
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_flag_is_one_sentence_and_status_2(shell: Shell, command: str) -> None:
    answer = shell(f"{command} --nonsense")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: `--nonsense` is no option of `mlcore {command}`")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (DataError("No."), 2, "mlcore: No.\n"),
        (KeyboardInterrupt(), 130, "mlcore: interrupted.\n"),
        (ZeroDivisionError("by zero"), 1, "mlcore: unexpected ZeroDivisionError (by zero): "),
    ],
)
def test_an_error_becomes_a_sentence_and_a_status(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    sentence: str,
) -> None:
    def fail(_: Any) -> int:
        raise error

    monkeypatch.setattr("mlcore.cli.presets.run", fail)
    answer = shell("presets")
    assert answer.status == status
    assert answer.err.startswith(sentence)
    assert "Traceback" not in answer.err


def test_the_version_is_that_of_the_package(shell: Shell) -> None:
    import mlcore

    assert shell("--version").out == f"mlcore {mlcore.__version__}\n"


def test_help_and_lists_load_no_torch() -> None:
    code = (
        "import sys; from mlcore.cli import main; "
        "[main(w.split()) for w in ('--help', 'presets', 'runs', 'data', 'train --help')]; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_reader_that_went_away_is_no_error() -> None:
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        reader.wait()
        done = subprocess.run(
            [*MLCORE, "presets"], stdout=reader.stdin, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (141, "")


def test_main_reads_the_words_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mlcore", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("mlcore ")
