"""Workers in processes of their own: killed, frozen, and with the database away."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from mlcore.cli import main
from mlcore.commands import Continue, RunEpoch
from mlcore.events import Stopped
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore, read_state, read_status, send
from mlcore.runs.record.worker import read_worker
from tests.mlcore.sweeps.test_shell import wait_for
from tests.postgres import PASSWORD, WRITTEN

if TYPE_CHECKING:
    from tests.postgres import Postgres

pytestmark = pytest.mark.slow

MLCORE = [sys.executable, "-m", "mlcore", "sweep"]
START = [
    *("start", "tiny", "--space", "optim.lr=0.01..0.5:log", "--sampler", "random"),
    *("--data.name", "digits", "--data.validation", "200", "--model.hidden", "16"),
    *("--train.device", "cpu", "--train.threads", "1", "--patience", "6", "--create-only"),
]


class Worker:
    """`mlcore sweep WORDS` in a process; what it says is kept in files."""

    def __init__(self, name: str, root: Path, words: list[str]) -> None:
        self.runs, self.out, self.err = (root / f"{name}{end}" for end in ("", ".out", ".err"))
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = psutil.Popen(
                [*MLCORE, *words, "--storage-file", str(root / "address"), "--json"],
                stdout=out,
                stderr=err,
                env=os.environ | {"MLCORE_RUNS": str(self.runs)},
            )

    @property
    def said(self) -> str:
        return self.err.read_text()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    @property
    def ended(self) -> list[int]:
        return [one["trial"] for one in self.records if one.get("event") == "trial"]

    def finish(self, status: int = 0) -> list[dict[str, Any]]:
        assert self.process.wait(200) == status, self.said
        return self.records

    def processes(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self.process, *self.process.children(recursive=True)]
        return []


def halt_in_mid_trial(*workers: Worker) -> list[RunFolder]:
    """Have a run of each worker wait after an epoch, with a checkpoint; none that is over."""
    asked: set[str] = set()

    def waits(worker: Worker) -> RunFolder | None:
        for info in RunStore(worker.runs).list():
            folder = RunFolder(info.path)
            if info.id not in asked and info.state in ("queued", "running"):
                asked.add(info.id)
                send(folder, RunEpoch())
            if info.state == "paused" and folder.last_checkpoint() is not None:
                return folder
        return None

    def all_wait() -> list[RunFolder] | None:
        found = [waits(one) for one in workers]
        return [one for one in found if one] if all(found) else None

    found: list[RunFolder] = wait_for(all_wait, "runs in mid-trial")
    return found


def trainer(folder: RunFolder) -> psutil.Process:
    """The process that trains a run."""
    worker = read_worker(folder.path)
    assert worker is not None
    return psutil.Process(worker.pid)


Start = Callable[..., Worker]
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.database()


@pytest.fixture
def start(tmp_path: Path, url: str) -> Iterator[Start]:
    """Begins `mlcore sweep WORDS`; what is left at the end is ended, and nobody saw a password."""
    (tmp_path / "address").write_text(url)
    begun: list[Worker] = []

    def begin(name: str, *words: str) -> Worker:
        begun.append(Worker(name, tmp_path, list(words)))
        return begun[-1]

    yield begin
    left = [process for one in begun for process in one.processes()]
    for one in begun:
        left += [trainer(RunFolder(i.path)) for i in RunStore(one.runs).list() if is_alive(i.path)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=60)
    (tmp_path / "address").unlink()
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        content = path.read_bytes()
        assert PASSWORD.encode() not in content, path
        assert WRITTEN.encode() not in content, path


@pytest.fixture
def ask(start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """What `mlcore sweep WORDS` says, in this process."""

    def answer(*words: str) -> list[dict[str, Any]]:
        storage = ("--storage-file", str(tmp_path / "address"))
        status = main(["sweep", *words, *storage, "--runs", str(tmp_path / "asked"), "--json"])
        said = capsys.readouterr()
        assert status == 0, said.err
        return [json.loads(line) for line in said.out.splitlines()]

    return answer


def is_alive(run: Path) -> bool:
    return (worker := read_worker(run)) is not None and worker.alive


def test_forty_trials_outlive_a_kill_a_freeze_and_a_restart_of_the_database(
    start: Start, ask: Ask, tmp_path: Path, postgres: Postgres
) -> None:
    ask(*START, "--trials", "40", "--train.epochs", "12")
    killed, frozen = (start(name, "worker", "tiny") for name in ("a", "b"))
    lost, asleep = halt_in_mid_trial(killed, frozen)
    steady = start("c", "worker", "tiny")
    children = killed.processes()
    words = " ".join(word for one in children for word in one.cmdline())
    assert "worker tiny" in words
    assert PASSWORD not in words
    assert WRITTEN not in words
    for process in (*children, trainer(lost)):
        with suppress(psutil.NoSuchProcess):
            process.kill()

    trainer(asleep).suspend()
    frozen.process.suspend()

    wait_for(lambda: len(steady.ended) >= 2, "two trials of the worker that is left")
    postgres.stop()
    try:
        wait_for(lambda: "does not answer" in steady.said, "a word about the database")
    finally:
        postgres.start()
    wait_for(lambda: "answers again" in steady.said, "the database")

    def taken(folder: RunFolder) -> bool:
        return any(
            info.parent == folder.id and info.trial == folder.meta["sweep"]["trial"]
            for info in RunStore(steady.runs).list()
        )

    wait_for(lambda: taken(asleep), "the frozen trial to be taken over")
    trainer(asleep).resume()
    frozen.process.resume()
    number = asleep.meta["sweep"]["trial"]
    wait_for(lambda: f"taken over trial {number}" in frozen.said, "a word from the one that woke")
    wait_for(lambda: read_state(asleep) == "stopped", "the end of its run")
    assert isinstance(stopped := read_status(asleep).outcome, Stopped)
    assert stopped.reason == "superseded"

    steady.finish()
    frozen.finish()
    found = ask("show", "tiny")[0]
    assert (found["state"], found["complete"]) == ("finished", 40)
    assert [one["trial"] for one in found["results"]] == list(range(40))
    assert {one["state"] for one in found["results"]} == {"complete"}
    told = [*killed.ended, *frozen.ended, *steady.ended]
    assert sorted(told) == list(range(40))
    check_resumed(found["results"], lost, tmp_path)
    check_resumed(found["results"], asleep, tmp_path)


def check_resumed(results: list[dict[str, Any]], lost: RunFolder, tmp_path: Path) -> None:
    """A trial was taken over from its checkpoint, and is what it would have been undisturbed."""
    trial = results[lost.meta["sweep"]["trial"]]
    run = RunFolder(Path(trial["runs"]) / trial["run"])
    assert run.id != lost.id
    assert run.begins_at_a_checkpoint()
    origins = {i.id: i.parent for name in "abc" for i in RunStore(tmp_path / name).list()}
    origin = origins[run.id]
    while origin not in (lost.id, None):
        origin = origins[origin]
    assert origin == lost.id
    undisturbed = RunStore(tmp_path / "plain").create(lost.config)
    execute(undisturbed, threads=1)
    ends = [read_status(one).last_epoch for one in (undisturbed, run)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0].validation_loss == ends[1].validation_loss
    assert ends[0].validation_accuracy == trial["value"]


def test_a_trial_whose_run_nobody_sees_begins_anew_and_gives_the_same_numbers(
    start: Start, ask: Ask, tmp_path: Path
) -> None:
    ask(*START, "--trials", "1", "--train.epochs", "12")
    killed = start("a", "worker", "tiny")
    (lost,) = halt_in_mid_trial(killed)
    for process in (*killed.processes(), trainer(lost)):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    killed.runs.rename(tmp_path / "away")
    heir = start("b", "worker", "tiny", "--train.threads", "1", "--jobs", "2")
    heir.finish()
    assert "Trial 0 is taken over" in heir.said
    (info,) = RunStore(heir.runs).list()
    assert (info.trial, info.parent, info.state) == (0, None, "finished")
    lost = RunFolder(tmp_path / "away" / lost.id)
    assert RunFolder(info.path).config == lost.config
    undisturbed = RunStore(tmp_path / "plain").create(lost.config)
    execute(undisturbed, threads=1)
    last = read_status(undisturbed).last_epoch
    assert last is not None
    assert (last.validation_loss, last.validation_accuracy) == (
        info.validation_loss,
        info.validation_accuracy,
    )


def test_a_run_that_ended_while_its_worker_was_frozen_counts_and_both_say_so(
    start: Start, ask: Ask
) -> None:
    ask(*START, "--trials", "1", "--train.epochs", "12")
    frozen = start("a", "worker", "tiny")
    (run,) = halt_in_mid_trial(frozen)
    frozen.process.suspend()
    send(run, Continue())
    wait_for(lambda: read_state(run) == "finished", "the end of its run")
    last = read_status(run).last_epoch
    assert last is not None

    def shown() -> dict[str, Any]:
        (found,) = ask("show", "tiny")
        return found

    wait_for(lambda: shown()["state"] == "stopped", "the end of the patience")
    (trial,) = shown()["results"]
    assert (trial["state"], trial["value"]) == ("complete", last.validation_accuracy)

    start("b", "worker", "tiny").finish()
    frozen.process.resume()
    frozen.finish()
    assert f"run {run.id} stays the trial's, and counts" in frozen.said
    assert "does not count" not in frozen.said
    (trial,) = shown()["results"]
    assert (trial["run"], trial["value"]) == (run.id, last.validation_accuracy)
    assert read_state(run) == "finished"


def test_a_run_that_another_worker_in_the_folder_goes_on_with_is_left_to_it(
    start: Start, ask: Ask
) -> None:
    ask(*START, "--trials", "1", "--train.epochs", "12")
    frozen = start("a", "worker", "tiny")
    (run,) = halt_in_mid_trial(frozen)
    frozen.process.suspend()
    heir = start("b", "worker", "tiny", "--runs", str(frozen.runs))
    wait_for(lambda: "Trial 0 is taken over" in heir.said, "the other worker")
    frozen.process.resume()
    time.sleep(3)  # it looks every two seconds, and has nothing to say yet
    assert read_state(run) == "paused"
    send(run, Continue())
    heir.finish()
    frozen.finish()
    assert f"run {run.id} stays the trial's, and counts" in frozen.said
    (found,) = ask("show", "tiny")
    assert [one["run"] for one in found["results"]] == [run.id]
    assert read_state(run) == "finished"


def test_a_sweep_is_stopped_everywhere_and_goes_on_where_it_was(
    start: Start, ask: Ask, tmp_path: Path
) -> None:
    ask(*START, "--trials", "2", "--train.epochs", "12")
    first, second = (start(name, "worker", "tiny") for name in ("a", "b"))
    halt_in_mid_trial(first, second)
    stopped = ask("stop", "tiny")[0]
    assert stopped["state"] == "stopped"
    first.finish()
    second.finish()
    assert "mlcore sweep continue tiny" in first.said
    refused = start("late", "worker", "tiny")
    refused.finish()
    assert RunStore(refused.runs).list() == []

    again = start("a", "continue", "tiny", "--trials", "3")
    found = again.finish()[-1]
    assert (found["state"], found["trials"], found["complete"]) == ("finished", 3, 3)
    parents = {info.parent for info in RunStore(again.runs).list()}
    theirs = {info.id for info in RunStore(second.runs).list()}
    assert parents <= {None, *theirs}
    assert ask("best", "tiny")[0]["compared"] == 3
    listed = ask("list")
    assert [(one["sweep"], one["state"]) for one in listed] == [("tiny", "finished")]


def test_a_worker_is_told_to_end_while_the_database_is_away(
    start: Start, ask: Ask, postgres: Postgres
) -> None:
    ask(*START, "--trials", "3", "--train.epochs", "5000")
    worker = start("a", "worker", "tiny")
    run = wait_for(
        lambda: next((i for i in RunStore(worker.runs).list() if i.state == "running"), None),
        "a run that trains",
    )
    postgres.stop()
    try:
        wait_for(lambda: "does not answer" in worker.said, "a word about the database")
        assert read_state(RunFolder(run.path)) == "running"
        worker.process.send_signal(signal.SIGINT)
        worker.finish(130)
    finally:
        postgres.start()
    assert read_state(RunFolder(run.path)) == "stopped"
    assert RunFolder(run.path).last_checkpoint() is not None
