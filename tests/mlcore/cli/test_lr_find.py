from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlcore.lr_finder import HIGHEST, LOWEST

Shell = Callable[..., Any]
QUICK = (
    "--data.name digits --data.batch-size 32 --model.hidden 16 --train.device cpu --train.threads 1"
)
MLCORE = (sys.executable, "-m", "mlcore")


def test_a_rate_is_suggested_with_its_reason_and_the_command_to_train(
    shell: Shell, runs: Path
) -> None:
    answer = shell(f"lr-find {QUICK} --optim.name adam")
    assert (answer.status, answer.err) == (0, "")
    found = re.search(r"Suggested learning rate: ([\d.e-]+)\. The smoothed loss fell", answer.out)
    assert found
    command = shlex.split(answer.out[answer.out.index("mlcore train") :])
    assert f"--optim.lr {found[1]}" in " ".join(command)
    assert "lowest" in answer.out
    assert not runs.exists()  # no run is made
    trained = shell([*command[1:], "--train.epochs", "1"])
    assert trained.status == 0


def test_a_machine_reads_the_curve(shell: Shell, runs: Path) -> None:
    (record,) = shell(f"lr-find {QUICK} --optim.schedule cosine --json").records
    assert len(record["lrs"]) == len(record["losses"]) >= len(record["smoothed"])
    assert (record["lrs"][0], record["lrs"][-1]) == (LOWEST, HIGHEST)
    assert LOWEST < record["suggestion"] < HIGHEST
    assert record["reason"].startswith("The smoothed loss fell")
    assert "on the same batches the loss on 287 held-out images" in record["reason"]
    assert {len(trial["losses"]) for trial in record["trials"]} == {40}
    assert [mark["step"] for mark in record["trials"][0]["held_out"]] == [30, 35, 36, 40]
    assert record["unused"] == ["optim.schedule"]


def test_settings_that_are_not_used_are_named(shell: Shell, runs: Path) -> None:
    out = shell(f"lr-find {QUICK} --preset fast-98 --optim.beta2 0.999").out
    assert "Not used by the test: optim.schedule, optim.warmup, train.epochs." in out


def test_where_no_rate_helps_that_is_said(shell: Shell, runs: Path) -> None:
    words = f"lr-find {QUICK} --model.activation sigmoid --model.hidden 8 8 8 8 8 8"
    answer = shell(words)
    assert answer.status == 0
    assert "No learning rate is suggested. The smoothed loss went from" in answer.out
    (record,) = shell(f"{words} --json").records
    assert record["suggestion"] is None


def test_errors_are_a_sentence(shell: Shell, runs: Path) -> None:
    for words, says in {
        "lr-find --data.batch-size 0": "`data.batch_size` must be",
        f"lr-find {QUICK} --data.batch-size 1 --model.batch-norm": "`data.batch_size` must be 2",
        "lr-find --preset no-such": "is no preset",
    }.items():
        answer = shell(words)
        assert answer.status == 2
        assert says in answer.err
        assert "Traceback" not in answer.err


def test_a_terminal_sees_one_line_redrawn_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in background
        long = f"{QUICK} --model.hidden 4096 4096 --data.batch-size 512"
        os.execv(sys.executable, [*MLCORE, "lr-find", *long.split()])
    seen, asked = b"", False
    try:
        while part := os.read(terminal, 65536):
            seen += part
            if b"step 2 of 200" in seen and not asked:
                os.kill(pid, signal.SIGINT)
                asked = True
    except OSError:  # the other end is closed
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert b"\r\x1b[Kstep 1 of 200  learning rate 1e-06  loss " in seen
    assert b"mlcore: interrupted." in seen
    assert b"Traceback" not in seen
    assert os.waitstatus_to_exitcode(status) == 130


def test_without_a_terminal_nothing_is_redrawn(tmp_path: Path) -> None:
    done = subprocess.run(
        [*MLCORE, "lr-find", *QUICK.split()], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
