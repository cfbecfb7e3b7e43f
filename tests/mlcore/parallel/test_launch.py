"""`train.processes` trains one run by several processes, which this project starts and ends."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from mlcore.cli.main import main
from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.jobs import Jobs
from mlcore.parallel import launch
from mlcore.parallel.ranks import MEETING, Ranks, find_ranks
from mlcore.run import execute
from mlcore.runs import ENDED, History, RunStore
from mlcore.runs.record.worker import read_worker

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [32, 16],
    "model.dropout": 0.2,
    "optim.name": "adam",
    "optim.lr": 0.001,
    "train.device": "cpu",
    "train.threads": 1,
    "train.epochs": 3,
}
SEVERAL = {"train.processes": 2}


def config(**changes):
    return RunConfig.from_flat(
        SETTINGS | {name.replace("__", "."): changes[name] for name in changes}
    )


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def until(condition, what, seconds=200):
    """Wait for a condition; its first true value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return value


def test_a_process_that_a_run_has_started_is_told_which_one_it_is():
    said = {"RANK": "1", "WORLD_SIZE": "3", MEETING: "/tmp/somewhere/meeting"}
    ranks = find_ranks(said)
    assert ranks == Ranks(
        rank=1, size=3, local_rank=1, local_size=3, meeting="/tmp/somewhere/meeting"
    )
    assert ranks.on_one_machine


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--model.batch-norm", "`model.batch_norm` takes its figures from a whole batch"),
        ("--train.device mps", "`train.device` must be auto, cpu or cuda"),
        ("--train.processes 65", "at least 1 and at most 64"),
    ],
)
def test_what_several_processes_cannot_train_leaves_no_run(tmp_path, capsys, words, sentence):
    runs = tmp_path / "runs"
    assert main(f"train --train.processes 2 --data.name digits --runs {runs} {words}".split()) == 2
    assert sentence in capsys.readouterr().err
    assert not runs.exists()


def test_more_processes_than_gpus_start_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _: "a GPU")
    monkeypatch.setattr("mlcore.cli.common.memory_of", lambda _: 2**40, raising=False)
    runs = tmp_path / "runs"
    assert main(f"train --train.processes 2 --data.name digits --runs {runs}".split()) == 2
    said = capsys.readouterr().err
    assert "2 processes are to train here, each on a GPU of its own, and this machine has 1" in said
    assert not runs.exists()
    monkeypatch.setattr(launch.subprocess, "Popen", None)  # nothing is started by a run either
    folder = RunStore(runs).create(RunConfig.from_flat(SEVERAL | {"data.name": "digits"}))
    ending = execute(folder)
    assert ending.kind == "failed"
    assert "each on a GPU of its own" in ending.message


def test_a_process_that_ends_at_once_is_said_and_the_others_are_ended(tmp_path, monkeypatch):
    started = []

    def start(ranks):
        code = "raise SystemExit(3)" if ranks.rank == 2 else "import sys; sys.stdin.read()"
        started.append(subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE))
        return started[-1]

    monkeypatch.setattr(launch, "_start", start)
    with (
        pytest.raises(RunError, match=r"Process 2 of the run's 3 .* \(exit status 3\)"),
        launch.crew_of(config(train__processes=3), None),
    ):
        raise AssertionError
    assert [process.returncode for process in started] == [0, 3]


def test_whoever_holds_the_lifeline_ends_with_the_one_that_started_it(tmp_path):
    meeting = tmp_path / "mlcore-1" / "meeting"
    ranks = Ranks(rank=1, size=3, local_rank=1, local_size=3, meeting=str(meeting))
    meeting.parent.mkdir()
    for file in (meeting, ranks.sign_of(2)):
        file.touch()
    code = (
        "import time; from mlcore.parallel.launch import hold_lifeline; "
        "from mlcore.parallel import find_ranks; hold_lifeline(find_ranks()); "
        "print('held', flush=True); time.sleep(1000)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"RANK": "1", "WORLD_SIZE": "3", MEETING: ranks.meeting},
    )
    with process:
        assert process.stdout.readline() == "held\n"
        process.stdin.close()
        assert process.wait(100) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Number type → losses of one process."""
    store, found = RunStore(tmp_path_factory.mktemp("alone")), {}
    for dtype in ("float32", "float64"):
        folder = store.create(config(train__dtype=dtype))
        execute(folder)
        found[dtype] = history_of(folder).steps
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_shell_trains_by_two_processes_what_one_trains(alone, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")  # set by the training; taken back by this test
    words = ["train", "--runs", str(tmp_path), "--json"]
    for name, value in (SETTINGS | SEVERAL).items():
        words += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]
    assert main(words) == 0
    said = capfd.readouterr()
    assert said.err == ""
    assert json.loads(said.out.splitlines()[-1])["event"] == "finished"
    (info,) = RunStore(tmp_path).list()
    history = history_of(RunStore(tmp_path).get(info.id))
    assert (history.started.processes, history.started.threads) == (2, 1)
    np.testing.assert_allclose(history.steps, alone["float32"], rtol=1e-6, atol=0)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """A server's supervisor; nothing is left of what it has started."""
    sign = secrets.token_hex(8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLCORE_TESTS_LAUNCHED", sign)
        jobs = Jobs(tmp_path_factory.mktemp("runs"))
        jobs.call("devices", {})
    yield jobs
    supervisor = psutil.Process(jobs.pid)
    until(lambda: not supervisor.children(), "its runs end")
    jobs.close()
    until(lambda: not list(signed(sign)), "all processes end")


def signed(sign):
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("MLCORE_TESTS_LAUNCHED") == sign:
                yield process


def followers_of(folder):
    return psutil.Process(read_worker(folder.path).pid).children()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_of_the_page_is_trained_by_two_fails_with_one_of_them_and_resumes(alone, jobs):
    run = jobs.start_run(config(**SEVERAL, train__dtype="float64", train__epochs=10_000))
    folder = jobs.store.get(run)
    count = len(alone["float64"])
    until(lambda: len(history_of(folder).steps) >= count, "it trains")
    (follower,) = followers_of(folder)
    assert follower.environ()["RANK"] == "1"
    listening = [one.laddr.ip for one in follower.net_connections() if one.status == "LISTEN"]
    assert listening == ["127.0.0.1"]
    follower.kill()
    history = until(lambda: (now := history_of(folder)).state in ENDED and now, "it ends")
    assert history.state == "failed"
    assert "has ended, and without it no step can be done" in history.message
    np.testing.assert_allclose(history.steps[:count], alone["float64"], rtol=1e-12, atol=0)

    jobs.resume_run(run, {"train.epochs": history.epochs_done + 1})
    history = until(
        lambda: (now := history_of(folder)).state in ENDED and len(now.starts) > 1 and now,
        "it ends again",
    )
    assert history.state == "finished", history.message
    assert [start.processes for start in history.starts] == [2, 2]
    assert [info.id for info in jobs.store.list()] == [run]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_as_it_starts_leaves_no_process_behind(jobs):
    run = jobs.start_run(config(**SEVERAL, train__epochs=10_000))
    folder = jobs.store.get(run)
    (follower,) = until(lambda: read_worker(folder.path) and followers_of(folder), "it is led")
    psutil.Process(read_worker(folder.path).pid).kill()
    _, left = psutil.wait_procs([follower], timeout=200)
    assert not left
    assert until(lambda: (now := history_of(folder).state) in ENDED and now, "it ends") == "failed"
