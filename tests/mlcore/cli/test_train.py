from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from mlcore.config import RunConfig
from mlcore.presets import PRESETS
from mlcore.runs import RunStore

Shell = Callable[..., Any]
MLCORE = [sys.executable, "-m", "mlcore"]
LONG = "--data.name digits --train.epochs 10000 --train.threads 1 --model.hidden 16"


def test_json_lines_tell_epochs_and_the_end(shell: Shell, runs: Path, quick: str) -> None:
    answer = shell(f"train {quick} --json")
    assert (answer.status, answer.err) == (0, "")
    epochs = [r for r in answer.records if r["event"] == "epoch"]
    assert [r["epoch"] for r in epochs] == [1, 2]
    wanted = {"train_loss", "validation_loss", "validation_accuracy", "images_per_second"}
    assert all(wanted | {"seconds"} <= set(r) for r in epochs)
    last = answer.records[-1]
    assert last["event"] == "finished"
    assert Path(last["folder"]) == runs / last["run"]
    assert 0 <= last["test_accuracy"] <= 1
    assert last["test_loss"] > 0
    assert not [r for r in answer.records if r["event"] == "steps"]


def test_with_steps_every_loss_is_told_once(shell: Shell, runs: Path, quick: str) -> None:
    records = shell(f"train {quick} --json --steps").records
    steps = [r for r in records if r["event"] == "steps"]
    numbers = [r["first"] + i for r in steps for i in range(len(r["losses"]))]
    assert numbers == list(range(1, 7))  # 150 images in batches of 64, twice
    first = [loss for r in steps for loss in r["losses"]][:3]
    told = next(r["train_loss"] for r in records if r["event"] == "epoch")
    assert sum(first) / 3 == pytest.approx(told, abs=1e-12)


def test_people_read_a_line_an_epoch_and_where_things_lie(
    shell: Shell, runs: Path, quick: str
) -> None:
    answer = shell(f"train {quick} --name mine")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert [line[:9] for line in lines[1:3]] == ["epoch 1/2", "epoch 2/2"]
    assert lines[3].startswith("test accuracy ")
    (info,) = RunStore(runs).list()
    assert lines[4] == f"run: {info.path}"
    assert lines[5] == f"checkpoint: {info.path / 'checkpoints' / 'step-00000006.pt'}"
    assert info.name == "mine"
    assert "\r" not in answer.out + answer.err  # nothing is redrawn where no terminal is


def test_the_run_has_the_settings_of_the_flags(shell: Shell, runs: Path, quick: str) -> None:
    folder = Path(shell(f"train {quick} --json").records[-1]["folder"])
    config = RunStore(runs).get(folder).config
    assert config == RunConfig.from_flat(
        {
            "data.name": "digits",
            "data.train_limit": 200,
            "data.validation": 50,
            "optim.lr": 0.1,
            "model.hidden": (16,),
            "train.epochs": 2,
            "train.device": "cpu",
            "train.threads": 1,
        }
    )


@pytest.mark.parametrize("name", ["Fast 98 %", "fast 98", "FAST-98", "fast_98"])
def test_flags_change_a_preset(shell: Shell, runs: Path, name: str) -> None:
    words = "--data.name digits --train.epochs 1 --train.threads 1 --model.hidden --json"
    answer = shell(["train", "--preset", name, *words.split(" ")])
    assert answer.status == 0, answer.err
    config = RunStore(runs).list()[0].config
    assert config.optim == PRESETS["Fast 98 %"].optim
    assert config.model.hidden == ()
    assert config.model.batch_norm


def test_an_unknown_preset_gets_a_hint(shell: Shell, runs: Path) -> None:
    answer = shell("train --preset fats-98")
    assert answer.status == 2
    assert '(did you mean "fast-98"?)' in answer.err
    assert not runs.exists()


@pytest.mark.parametrize("words", ["--preset", "--preset --json"])
def test_a_preset_without_a_name_is_asked_for(shell: Shell, runs: Path, words: str) -> None:
    answer = shell(f"train {words}")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: `--preset` needs a value")


def test_another_folder_takes_the_run(shell: Shell, tmp_path: Path, quick: str) -> None:
    shell(f"train {quick} --runs {tmp_path / 'elsewhere'}")
    assert len(RunStore(tmp_path / "elsewhere").list()) == 1


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--optim.lr -1", "`optim.lr` must be a number above 0"),
        ("--optim.nesterov", "`optim.nesterov` needs `optim.momentum` above 0"),
        ("--train.device cuda:77", '`train.device` asks for "cuda:77"'),
        ("--train.patience 3", "`train.patience` needs images to validate on"),
    ],
)
def test_bad_settings_leave_no_run_behind(
    shell: Shell, runs: Path, flags: str, sentence: str
) -> None:
    answer = shell(f"train --data.name digits {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")
    assert answer.err.count("\n") == 1
    assert not runs.exists()


def test_settings_that_the_data_refuse_are_bad_input(shell: Shell, runs: Path) -> None:
    answer = shell("train --data.name digits --data.validation 1437")
    assert answer.status == 2
    assert "`data.validation`" in answer.err


@pytest.mark.parametrize("size", [17_500, 30_000])
def test_a_disk_that_fills_up_under_a_run_fails_it_with_status_1_whatever_finds_no_room(
    shell: Shell, runs: Path, quick: str, size: int
) -> None:
    process = psutil.Process()
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (size, before[1]))  # the history, or a checkpoint
    width = 1 if size > 20_000 else 64
    try:
        answer = shell(f"train {quick} --model.hidden {width} --train.epochs 200 --json")
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)
    assert answer.status == 1
    assert "room" in answer.err
    assert ("events.jsonl" in answer.err) == (width == 1)
    assert answer.err.count("\n") == 1
    # The checkpoint before the first step is the first that finds no room.
    assert [info.step > 0 for info in RunStore(runs).list()] == [width == 1]


def test_a_run_that_diverges_fails_with_status_1(shell: Shell, runs: Path, quick: str) -> None:
    wild = "--optim.lr 100 --model.activation leaky_relu --model.hidden 16 16 --data.std 0.001"
    answer = shell(f"train {quick} {wild} --json")
    assert answer.status == 1
    assert answer.records[-1]["event"] == "failed"
    assert answer.err == f"mlcore: {answer.records[-1]['message']}\n"
    assert RunStore(runs).list()[0].state == "failed"


@pytest.mark.parametrize("command", ["train", "resume RUN", "fork RUN"])
def test_an_option_without_effect_is_refused(shell: Shell, runs: Path, command: str) -> None:
    answer = shell(f"{command} --steps")
    assert answer.status == 2
    assert answer.err == (
        "mlcore: `--steps` prints every step's loss as JSON: give `--json` too.\n"
    )
    assert not runs.exists()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), ""),
        (("train.csv", "test.csv"), " (there lies test.csv, but tables are not read: "),
        (("a.txt", "b.txt"), " (what lies there: a.txt and b.txt)"),
        (("a", "b", "c", "d", ".hidden"), " (what lies there: a, b, c and others)"),
        (("train-images-idx3-ubyte",), " (files of its names lie there, as several data sets have"),
        (None, " (there is no such folder)"),
    ],
)
def test_missing_data_that_cannot_be_had_names_the_bundled_digits_and_what_lies_there(
    shell: Shell,
    runs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...] | None,
    said: str,
) -> None:
    from mlcore.errors import DataMissingError

    def unreachable(*_: Any) -> None:
        raise DataMissingError("no mirror answered.")

    monkeypatch.setattr("mlcore.cli.files.fetch", unreachable)
    folder = tmp_path / "images"
    if names is not None:
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    answer = shell(f"train --data.root {folder}")
    assert answer.status == 2
    last = answer.err.splitlines()[-1]
    assert last.startswith(f"mlcore: MNIST is not in {folder}{said}")
    assert " and could not be downloaded" in last
    assert "`--data.name digits`" in last
    assert not runs.exists()


def test_missing_data_are_fetched(
    shell: Shell,
    runs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_idx_root: Callable[..., Path],
) -> None:
    root, asked = tmp_path / "tiny_data", []

    def deliver(name: str, where: Path, _: Any) -> None:
        asked.append((name, where))
        tiny_idx_root()

    monkeypatch.setattr("mlcore.cli.files.fetch", deliver)
    answer = shell(f"train --data.root {root} --train.epochs 1 --train.threads 1 --json")
    assert answer.status == 0, answer.err
    assert asked == [("mnist", root)]
    assert answer.records[-1]["event"] == "finished"


def test_damaged_data_are_named_not_replaced(
    shell: Shell, runs: Path, tiny_idx_root: Callable[..., Path]
) -> None:
    root = tiny_idx_root()
    file = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:5000])
    answer = shell(f"train --data.root {root}")
    assert answer.status == 2
    assert str(file) in answer.err
    assert file.stat().st_size == 5000


def test_ctrl_c_keeps_a_checkpoint_and_says_how_to_go_on(runs: Path, tmp_path: Path) -> None:
    command = [*MLCORE, "train", *LONG.split(), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout
        assert process.stderr
        for line in process.stdout:
            if json.loads(line)["event"] == "epoch":
                break
        process.send_signal(signal.SIGINT)
        records = [json.loads(line) for line in process.stdout]
        told = process.stderr.read()
    assert process.returncode == 130
    assert records[-1]["event"] == "stopped"
    (info,) = RunStore(runs).list()
    step = records[-1]["step"]
    assert told == f"stopped at step {step:,}; continue it with `mlcore resume {info.id}`\n"
    last = RunStore(runs).get(info.id).last_checkpoint()
    assert last
    assert last.name == f"step-{step:08d}.pt"


def test_a_run_whose_reader_goes_away_stops_and_keeps_its_model(runs: Path, tmp_path: Path) -> None:
    script = f"{' '.join(MLCORE)} train {LONG} --json | head -3; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "141"
    assert done.stderr == ""
    (info,) = RunStore(runs).list()
    assert info.state == "stopped"
    assert RunStore(runs).get(info.id).last_checkpoint()


@pytest.mark.slow
def test_a_run_whose_terminal_is_closed_stops_and_keeps_its_model(
    runs: Path, tmp_path: Path
) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [*MLCORE, "train", *LONG.split()])
    seen = b""
    while b"images/s" not in seen:
        seen += os.read(terminal, 65536)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) > 0  # below 0: ended by the signal
    (info,) = RunStore(runs).list()
    assert info.state == "stopped"
    assert RunStore(runs).get(info.id).last_checkpoint()


def test_a_terminal_sees_one_line_redrawn(runs: Path, tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.environ["COLUMNS"] = "200"
        os.execv(sys.executable, [*MLCORE, "train", *LONG.split(), "--train.epochs", "30"])
    seen = b""
    try:
        while part := os.read(terminal, 65536):
            seen += part
    except OSError:  # the other end is closed
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    text = seen.decode()
    assert "\r\x1b[Kepoch " in text
    live = [part for part in text.split("\r\x1b[K") if "[#" in part]
    assert all("loss" in part for part in live)
    assert any("images/s" in part and "left" in part for part in live)
    assert text.count("\nepoch ") + text.count("\x1b[Kepoch ") >= 30
    assert "test accuracy" in text


@pytest.mark.mnist
@pytest.mark.slow
def test_the_defaults_follow_the_tutorial_on_mnist(
    shell: Shell, runs: Path, mnist_root: Path
) -> None:
    answer = shell(f"train --data.root {mnist_root} --train.epochs 2 --train.device cpu --json")
    assert answer.status == 0, answer.err
    epochs = [r for r in answer.records if r["event"] == "epoch"]
    assert epochs[0]["train_loss"] == pytest.approx(1.94, abs=0.02)
    assert answer.records[-1]["test_accuracy"] == pytest.approx(0.84, abs=0.015)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--data.validation 1437", "`data.validation` must leave images to train on"),
        ("--data.batch-size 2000 --data.drop-last", "`data.batch_size` must be at most 1437"),
        ("--data.batch-size 1 --model.batch-norm", "`data.batch_size` must be 2 or more where"),
        ("--train.stepper cuda_graph", '`train.stepper` "cuda_graph" works on cuda only'),
        (f"--model.hidden {'16384 ' * 32}", "`model.hidden` must be fewer or narrower layers"),
    ],
)
def test_what_cannot_be_trained_leaves_no_run(
    shell: Shell, runs: Path, monkeypatch: pytest.MonkeyPatch, flags: str, sentence: str
) -> None:
    monkeypatch.setattr("mlcore.device.machine_memory", lambda: 16 * 10**9)
    answer = shell(f"train --data.name digits --train.device cpu {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")
    assert not runs.exists()
