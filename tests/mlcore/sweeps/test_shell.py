"""Sweeps in real shells: killed, stopped and continued while real workers train."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from mlcore.runs import RunFolder, RunStore, read_state
from mlcore.runs.record.worker import read_worker
from mlcore.sweeps import SweepFolder, SweepSummary, read_sweep
from mlcore.sweeps.stopping import stop_sweep

pytestmark = pytest.mark.slow

MLCORE = [sys.executable, "-m", "mlcore", "sweep"]
TRIALS = 6
START = [
    *("start", "tiny", "--space", "optim.lr=0.01..0.5:log", "--trials", str(TRIALS)),
    *("--sampler", "random", "--data.name", "digits", "--data.validation", "200"),
    *("--model.hidden", "16", "--train.device", "cpu", "--train.threads", "1", "--json"),
]

Shell = Callable[..., subprocess.Popen[str]]


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 120.0) -> Any:
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.01)
    return value


@pytest.fixture
def shell(store: RunStore, folder: SweepFolder) -> Iterator[Shell]:
    """Begins `mlcore sweep WORDS`; what is left at the end is ended."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*MLCORE, *words, "--runs", str(store.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()
    if folder.sweep_path.exists():
        assert stop_sweep(folder, store)


def finish(process: subprocess.Popen[str], status: int = 0) -> list[dict[str, Any]]:
    """What a shell printed until its end."""
    out, err = process.communicate(timeout=200)
    assert process.returncode == status, err
    return [json.loads(line) for line in out.splitlines()]


def summary(store: RunStore, folder: SweepFolder) -> SweepSummary:
    return read_sweep(folder, store)


def epochs_begun(folder: RunFolder) -> int:
    text = folder.events_path.read_bytes() if folder.events_path.exists() else b""
    return text.count(b'"event": "epoch"')


def check_whole(found: SweepSummary, trials: int = TRIALS) -> None:
    """Each trial is there once, trained every epoch, and nothing trained that is no trial."""
    assert [one.number for one in found.trials] == list(range(trials))
    assert {one.state for one in found.trials} == {"complete"}
    assert len({one.run.id for one in found.trials}) == trials
    assert {one.run.epoch for one in found.trials} == {found.sweep.settings["train.epochs"]}
    assert found.state == "finished"


def test_a_sweep_outlives_kills_of_its_shell_and_of_its_workers(
    shell: Shell, store: RunStore, folder: SweepFolder
) -> None:
    process = shell(*START, "--train.epochs", "60")
    runs = wait_for(lambda: [i for i in store.list() if i.trial == 1], "the second trial")
    second = RunFolder(runs[0].path)
    wait_for(lambda: epochs_begun(second) > 2, "its third epoch")

    worker = read_worker(second.path)
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(
        lambda: (now := read_worker(second.path)) and now.pid != worker.pid and now.alive,
        "another worker that goes on with it",
    )
    process.kill()  # SIGKILL: no word to anyone
    process.wait()
    before = summary(store, folder)
    assert before.state == "stopped"

    records = finish(shell("continue", "tiny", "--json"))
    assert records[-1]["state"] == "finished"
    after = summary(store, folder)
    check_whole(after)
    known = {one.number: one.run.id for one in before.trials}
    assert {one.number: one.run.id for one in after.trials if one.number in known} == known
    assert len(store.list()) == TRIALS


def test_a_sweep_is_stopped_by_control_c_and_from_another_shell(
    shell: Shell, store: RunStore, folder: SweepFolder
) -> None:
    process = shell(*START, "--train.epochs", "4000")
    wait_for(lambda: any(i.state == "running" for i in store.list()), "a run that trains")
    refused = shell("continue", "tiny")
    assert "runs sweep tiny already" in refused.communicate()[1]
    assert refused.returncode == 2

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "continue it with `mlcore sweep continue tiny`" in err
    assert not [i for i in store.list() if read_state(RunFolder(i.path)) == "running"]

    again = shell("continue", "tiny", "--json")
    wait_for(lambda: any(i.state == "running" for i in store.list()), "the run that goes on")
    told = finish(shell("continue", "tiny", "--trials", "2", "--json"))
    assert told[0]["trials"] == 2
    said = finish(shell("stop", "tiny", "--json"))
    assert said[0]["state"] == "stopped"
    finish(again)
    found = summary(store, folder)
    assert 0 < len(found.trials) <= 2
    assert {one.state for one in found.trials} <= {"interrupted", "complete"}


def test_two_at_once_leave_no_process_behind(
    shell: Shell, store: RunStore, folder: SweepFolder
) -> None:
    process = shell(*START, "--train.epochs", "2", "--jobs", "2", "--pruner", "median")
    supervisor = wait_for(
        lambda: psutil.Process(process.pid).children() or process.poll() is not None,
        "the supervisor",
    )
    records = finish(process)
    assert [one["event"] for one in records] == ["trial"] * TRIALS + ["sweep"]
    assert len(summary(store, folder).trials) == TRIALS
    for child in supervisor if isinstance(supervisor, list) else ():
        wait_for(lambda child=child: not child.is_running(), "the supervisor to end")
