"""Two and three processes train what one trains; a killed one ends the run and leaves no orphan."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from mlcore import checkpoint
from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.export import recipe_of, script
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import History, RunFolder, RunStore, ask_resume

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CARRY_OUT = Path(__file__).with_name("carry_out.py")
SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [32, 16],
    "train.device": "cpu",
    "train.threads": 1,
    "train.epochs": 10,
}
FLOAT64 = {"train.dtype": "float64"}
STEERED = {**FLOAT64, "optim.name": "adam", "optim.lr": 0.001, "model.dropout": 0.2}
CASES = {
    "float32": {"optim.lr": 0.01, "optim.momentum": 0.5},
    "float64": {
        **FLOAT64,
        "optim.name": "adam",
        "optim.schedule": "one_cycle",
        "optim.clip_norm": 0.5,
        "model.dropout": 0.3,
        "train.loss": "cross_entropy",
    },
    "fewer images than processes": {
        **FLOAT64,
        "data.train_limit": 241,
        "data.batch_size": 2,
        "train.epochs": 2,
        "model.dropout": 0.5,
    },
    "edited": {
        **STEERED,
        "optim.schedule": "plateau",
        "optim.plateau_patience": 0,
        "train.epochs": 3,
    },
    "stopped": {**STEERED, "train.epochs": 3},
    "resumed": {**STEERED, "train.epochs": 3},
}
EDITS = [
    {"optim.lr": 0.002, "optim.gamma": 0.5},
    {"data.batch_size": 50},
    {"optim.schedule": "cosine", "optim.clip_norm": 1.0},
    {"data.batch_size": 40, "optim.weight_decay": 0.01},
    {"train.epochs": 4, "train.patience": 3},
]
EVERY = 13
COUNTS = (2, 3)


def config(name):
    return RunConfig.from_flat(SETTINGS | CASES[name])


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def launched(count, *words):
    """The words of `torchrun` for this program, in so many processes."""
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    return [sys.executable, *launch, *map(str, words)]


def carried_out(cases, file, count):
    """Carry out cases in so many processes, or here."""
    file.write_text(json.dumps(cases))
    words = launched(count, CARRY_OUT, file) if count > 1 else [sys.executable, CARRY_OUT, file]
    done = subprocess.run(words, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr


def case(folder, edits=(), *, stop=False):
    return {"folder": str(folder.path), "edits": list(edits), "every": EVERY, "stop": stop}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Name → run by one process; and for each number of processes one that was stopped."""
    folder = tmp_path_factory.mktemp("alone")
    store = RunStore(folder / "runs")
    runs = {name: store.create(config(name)) for name in CASES}
    stopped = {count: store.create(config("resumed")) for count in COUNTS}
    cases = [case(run, EDITS if name == "edited" else ()) for name, run in runs.items()]
    cases += [case(run, stop=True) for run in stopped.values()]
    carried_out(cases, folder / "cases.json", 1)
    return runs, stopped


@pytest.fixture(scope="module", params=COUNTS)
def together(request, alone, tmp_path_factory):
    """How many processes, and name → run by them."""
    folder = tmp_path_factory.mktemp("together")
    store = RunStore(folder / "runs")
    runs = {name: store.create(config(name)) for name in CASES if name != "resumed"}
    runs["resumed"] = alone[1][request.param]
    ask_resume(runs["resumed"])
    cases = [
        case(run, EDITS if name == "edited" else (), stop=name == "stopped")
        for name, run in runs.items()
    ]
    carried_out(cases, folder / "cases.json", request.param)
    ask_resume(runs["stopped"])
    execute(runs["stopped"], threads=1)
    assert len(store.list()) == len(CASES) - 1
    return request.param, runs


@pytest.mark.parametrize("name", CASES)
def test_the_losses_are_those_of_one_process(alone, together, name):
    count, runs = together
    ours, theirs = history_of(runs[name]), history_of(alone[0][name])
    assert ours.state == "finished", ours.message
    assert {start.processes for start in ours.starts} == (
        {1, count} if name in ("stopped", "resumed") else {count}
    )
    double = config(name).train.dtype == "float64"
    assert len(theirs.steps) >= (200 if name in ("float32", "float64") else 40)
    np.testing.assert_allclose(ours.steps, theirs.steps, rtol=1e-12 if double else 1e-6, atol=0)
    assert [epoch.step for epoch in ours.epochs] == [epoch.step for epoch in theirs.epochs]
    assert [(edit.step, edit.changes) for edit in ours.edits] == [
        (edit.step, edit.changes) for edit in theirs.edits
    ]
    mine, other = (checkpoint.load(one.folder.last_checkpoint()).model for one in (ours, theirs))
    for key, weights in other.items():
        torch.testing.assert_close(
            mine[key], weights, rtol=1e-9 if double else 1e-4, atol=1e-12 if double else 1e-6
        )


def test_what_is_made_of_such_a_run_says_that_sums_were_rounded_otherwise(together):
    count, runs = together
    with pytest.raises(RunError, match=f"was trained by {count} processes"):
        replay(runs["float32"])
    text = script(recipe_of(history_of(runs["float32"])))
    assert f"but for rounding, as {count} processes trained it together" in text


def started(words, environment):
    """A program that trains for long, once it has trained an epoch."""
    launcher = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | environment,
    )
    for line in launcher.stdout:
        if line.startswith("epoch "):
            return launcher
    raise AssertionError("it has ended before its first epoch")


def training(runs):
    """The words that train for long."""
    words = ["-m", "mlcore", "train", "--runs", str(runs), "--train.epochs", "10000"]
    for name in ("data.name", "data.validation", "train.device", "train.threads"):
        words += [f"--{name}", str(SETTINGS[name])]
    return words


def workers_of(launcher):
    """Rank → process that `torchrun` has started."""
    children = psutil.Process(launcher.pid).children(recursive=True)
    return {int(c.environ()["RANK"]): c for c in children if "RANK" in c.environ()}


def ended(launcher, processes):
    """What was said until all have ended; whoever has not is killed."""
    try:
        said, _ = launcher.communicate(timeout=200)
        _, left = psutil.wait_procs(processes, timeout=100)
    finally:
        for process in (launcher, *processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    assert not left, said
    return said


def resumes(runs):
    """Whether the run, which has ended, trains on in one process; its history before that."""
    (info,) = RunStore(runs).list()
    folder = RunFolder(info.path)
    history = history_of(folder)
    ask_resume(folder, {"train.epochs": history.epochs_done + 1})
    assert execute(folder, threads=1).kind == "finished"
    return history


def test_a_killed_process_fails_the_run_which_resumes_and_leaves_no_orphan(tmp_path):
    launcher = started(launched(3, *training(tmp_path / "runs")), {})
    processes = workers_of(launcher)
    assert sorted(processes) == [0, 1, 2]
    processes[2].kill()
    said = ended(launcher, processes.values())
    assert "mlcore: process 1 of 3: Another process of this data-parallel run has ended" in said
    history = resumes(tmp_path / "runs")
    assert history.state == "failed"
    assert "has ended, and without it no step can be done" in history.message


@pytest.fixture
def pair(tmp_path):
    """Two processes that train, started without `torchrun`: rank 0 and rank 1."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    shared = address | {"WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    words = [sys.executable, *training(tmp_path / "runs")]
    other = subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, env=os.environ | shared | {"RANK": "1"}
    )
    try:
        with started(words, shared | {"RANK": "0"}) as first:
            yield first, other
            first.kill()
    finally:
        with other:
            other.kill()


def test_asked_to_end_as_torchrun_asks_they_stop_with_a_checkpoint(pair, tmp_path):
    first, other = pair
    for process in (*pair, *pair):  # the terminal and torchrun may both ask
        process.terminate()
    said, _ = first.communicate(timeout=200)
    assert "stopped at step " in said
    assert other.communicate(timeout=200) == (None, "")
    assert other.returncode == 0
    history = resumes(tmp_path / "runs")
    assert history.state == "stopped"
    assert history.checkpoints[-1].step == history.step > 0


def test_where_the_first_process_is_killed_the_others_end_too(pair, tmp_path):
    first, other = pair
    first.kill()
    first.communicate()
    _, said = other.communicate(timeout=200)
    assert "mlcore: process 1 of 2: Another process of this data-parallel run has ended" in said
    assert "Traceback" not in said
    assert other.returncode == 1
    assert resumes(tmp_path / "runs").state == "lost"
