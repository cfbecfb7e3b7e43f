from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mlcore.cli import main
from mlcore.cli.console import Console, readable
from mlcore.cli.layout import LiveLine
from mlcore.cli.main import COMMANDS

Shell = Callable[..., Any]
MLCORE = [sys.executable, "-m", "mlcore"]
NAME = "5 × 7 … “ü” \x1b[31m\x07\u202e\U0001f600"

EVERY_COMMAND = {
    "train": "train --data.name digits --train.epochs 1 --data.train-limit 100 --train.device cpu",
    "resume": "resume RUN --train.epochs 3",
    "fork": "fork RUN --train.epochs 3",
    "pause": "pause RUN",
    "continue": "continue RUN",
    "step": "step RUN",
    "edit": "edit RUN --optim.lr 0.1",
    "stop": "stop RUN",
    "queue": "queue",
    "sweep": "sweep show größer",
    "replay": "replay RUN",
    "runs": "runs",
    "rename": "rename RUN Grün–×→",
    "tag": "tag RUN größer",
    "note": "note RUN größer→…",
    "delete": "delete RUN",
    "restore": "restore",
    "diagnose": "diagnose RUN",
    "evaluate": "evaluate RUN",
    "compare": "compare RUN RUN",
    "predict": "predict FOLDER/grün.png --checkpoint RUN",
    "export": "export RUN --format safetensors --output FOLDER/grün.safetensors",
    "inspect": "inspect RUN",
    "pack": "pack RUN --output FOLDER/grün.zip --force",
    "unpack": "unpack FOLDER/grün.zip",
    "data": "data",
    "presets": "presets",
    "lr-find": "lr-find --data.name digits --data.train-limit 100 --train.device cpu",
    "lessons": "lessons batch-of-all",
}


def run_on(encoding: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """A command on consoles of an encoding, strict as Python makes them; what they show."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        status = main(words)
    for stream in streams:
        stream.flush()
        stream.seek(0)
    return status, "".join(stream.read() for stream in streams)


@pytest.fixture
def named(trained: Path) -> Path:
    """A run whose name no console should obey."""
    record = json.dumps({"name": NAME, "tags": ["größer"], "note": f"{NAME}\nzweite Zeile"})
    (trained / "label.json").write_text(record, encoding="utf-8")
    return trained


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_on_every_console(
    named: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, encoding: str
) -> None:
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "größer"))
    line = EVERY_COMMAND[command].replace("RUN", named.name).replace("FOLDER", str(tmp_path))
    for words in (line.split(), [*line.split(), "--json"]):
        status, shown = run_on(encoding, words, monkeypatch)
        assert "fault of the program" not in shown, shown
        assert status in (0, 2), shown
        assert shown
        assert "\x1b" not in shown
        assert "\x07" not in shown
    status, shown = run_on(encoding, [command, "--help"], monkeypatch)
    assert (status, "usage" in shown) == (0, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_in_json(
    shell: Shell, trained: Path, tmp_path: Path, command: str
) -> None:
    before = {
        "restore": "delete RUN",
        "unpack": "pack RUN --output FOLDER/grün.zip",
    }
    written = Image.new("L", (28, 28), 255)
    written.paste(0, (13, 4, 16, 24))
    written.save(tmp_path / "grün.png")

    def line(words: str) -> str:
        return words.replace("RUN", trained.name).replace("FOLDER", str(tmp_path))

    if command in before:
        assert shell(line(before[command])).status == 0
    answer = shell(line(EVERY_COMMAND[command]) + " --json")
    if command in ("pause", "continue", "step", "edit", "stop", "sweep"):  # nothing trains here
        assert (answer.status, answer.out) == (2, "")
    else:
        assert (answer.status, answer.err) == (0, "")
        assert answer.records or command == "queue"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_says_the_same_on_every_console(
    named: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    status, shown = run_on(encoding, ["runs", "--json"], monkeypatch)
    assert status == 0
    assert json.loads(shown)["note"].split("\n")[1] == "zweite Zeile"
    assert "“ü”" in json.loads(shown)["name"]


def test_characters_that_a_console_lacks_are_written_plainly(
    named: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shown = run_on("ascii", ["runs"], monkeypatch)
    assert r'5 x 7 ... "\u00fc" ' in shown
    assert r"\U0001f600" in shown


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
    ],
    ids=str,
)
def test_a_shell_of_any_locale_lists_runs(named: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*MLCORE, "runs"], env=os.environ | environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert named.name.encode() in done.stdout


def test_what_steers_a_terminal_is_written_out_and_stays_json() -> None:
    text = json.dumps({"a": "x\x1b[2J\x9b\u202ey\x7f"}, ensure_ascii=False)
    assert json.loads(readable(text)) == json.loads(text)
    assert not set(readable(text)) & set("\x1b\x9b\u202e\x7f")
    assert readable("a\tb\nc") == "a\tb\nc"


def test_the_live_line_steers_the_terminal_through_a_console() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    LiveLine(Console(terminal)).draw("epoch 1\x07")
    assert terminal.getvalue() == "\r\x1b[Kepoch 1\\u0007"


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_a_closed_or_full_output_is_no_fault(named: Path) -> None:
    line = " ".join([*MLCORE, "runs"])
    closed = subprocess.run(f"{line} >&- 2>&-", shell=True, check=False)
    assert closed.returncode == 0
    if Path("/dev/full").exists():
        full = subprocess.run(
            f"{line} >/dev/full", shell=True, stderr=subprocess.PIPE, text=True, check=False
        )
        assert full.returncode == 2
        assert full.stderr.startswith("mlcore: The output cannot be written (No space left on")
        assert full.stderr.count("\n") == 1


class Closed(io.StringIO):
    """A terminal whose window was closed."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_closed_terminal_is_a_reader_that_has_gone() -> None:
    with pytest.raises(BrokenPipeError):
        Console(Closed()).write("epoch 1")
    with pytest.raises(BrokenPipeError):
        LiveLine(Console(Closed())).draw("epoch 1")
