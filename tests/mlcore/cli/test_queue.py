"""The queue in a shell: listed, reordered, cancelled; and a training beside others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.record.worker import WorkerRecord, write_worker

Shell = Callable[..., Any]


@pytest.fixture
def three(runs: Path) -> list[str]:
    """The ids of three runs that wait."""
    store = RunStore(runs)
    found = [store.create(RunConfig(), name=f"run {number}").id for number in (1, 2, 3)]
    with RunQueue(runs).change() as state:
        state.waiting = found[:]
    return found


def test_an_empty_queue_says_so_and_how_many_runs_train_at_once(shell: Shell, runs: Path) -> None:
    answer = shell("queue")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        f"Nothing trains and nothing waits in {runs}.\n"
        "1 run trains at a time on a device; `mlcore queue --at-once N` changes that.\n"
    )
    assert "3 runs train at a time" in shell("queue --at-once 3").out
    assert shell("queue --json").records == [{"at_once": 3, "usual": 3, "runs": []}]


def test_a_sweep_that_has_more_runs_train_is_named(shell: Shell, runs: Path) -> None:
    shell("queue --at-once 2")
    RunQueue(runs).lend("hunt", 4)
    said = "4 runs train at a time on a device while sweep hunt is under way, then 2 again"
    assert said in shell("queue").out
    assert shell("queue --json").records == [{"at_once": 4, "usual": 2, "runs": []}]
    assert "3 runs train at a time on a device; " in shell("queue --at-once 3").out


def test_what_trains_comes_before_what_waits(shell: Shell, runs: Path, three: list[str]) -> None:
    write_worker(runs / three[1], WorkerRecord.mine())
    RunQueue(runs).set_at_once(1)
    lines = shell("queue").out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["id", three[1], three[0], three[2]]
    assert [line.split()[-3:] for line in lines[1:4]] == [
        ["running", "auto", "–"],
        ["waits", "auto", "1"],
        ["waits", "auto", "2"],
    ]
    (record,) = shell("queue --json").records
    assert record["runs"][2] == {
        "run": three[2],
        "name": "run 3",
        "state": "waits",
        "device": "auto",
        "place": 2,
    }


def test_a_waiting_run_is_moved(shell: Shell, runs: Path, three: list[str]) -> None:
    one, two, three_ = three
    assert shell(f"queue {three_} --first").out == f"run {three_} waits as number 1\n"
    assert shell(f"queue {three_} --last --json").records == [
        {"run": three_, "place": 3, "folder": str(runs / three_)}
    ]
    shell(f"queue {one} --to 2")
    assert RunQueue(runs).snapshot().waiting == (two, one, three_)


@pytest.mark.parametrize("words", ["queue RUN --cancel", "stop RUN"])
def test_a_waiting_run_is_cancelled(shell: Shell, runs: Path, three: list[str], words: str) -> None:
    answer = shell(words.replace("RUN", three[0]))
    assert (answer.status, answer.err) == (0, "")
    again = f"start it with `mlcore resume {three[0]}`"
    assert answer.out == f"run {three[0]} no longer waits; {again}\n"
    assert RunQueue(runs).snapshot().waiting == tuple(three[1:])
    (record,) = shell(words.replace("RUN", three[1]) + " --json").records
    assert (record["event"], record["reason"], record["step"]) == ("stopped", "cancelled", 0)


def test_a_waiting_run_is_deleted_and_not_paused(
    shell: Shell, runs: Path, three: list[str]
) -> None:
    answer = shell(f"pause {three[1]}")
    assert answer.status == 2
    assert f"Run {three[1]} waits in the queue as number 2" in answer.err
    assert shell(f"delete {three[0]}").status == 0
    assert shell(f"delete {three[1]} --stop").status == 0
    assert RunQueue(runs).snapshot().waiting == (three[2],)


def test_a_cancelled_run_is_trained_from_its_beginning(
    shell: Shell, runs: Path, quick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mlcore.run.execute", interrupted)
        assert shell(f"train {quick}").status == 130
    (info,) = RunStore(runs).list()
    assert info.state == "stopped"  # and no server will start it
    assert RunQueue(runs).snapshot().active == ()
    answer = shell(f"resume {info.id}")
    assert answer.status == 0
    assert RunStore(runs).list()[0].epoch == 2
    assert shell(f"replay {info.id}").status == 0


def test_a_shell_trains_past_the_queue_with_the_threads_that_others_leave(
    shell: Shell,
    runs: Path,
    quick: str,
    training: Callable[..., RunFolder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = quick.replace("--train.threads 1", "")
    training(RunStore(runs))
    for module in ("runs.active.active_runs", "runs.active.threads", "cli.follow"):
        monkeypatch.setattr(f"mlcore.{module}.cores", lambda: 3)
    answer = shell(f"train {quick} --json")
    assert answer.status == 0
    assert answer.err == (
        "mlcore: this run takes 2 of 3 CPU threads: others train at the same time.\n"
    )
    (started,) = (record for record in answer.records if record["event"] == "started")
    assert started["threads"] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("queue RUN", "Say what is to be done with run"),
        ("queue RUN --first --last", "Say what is to be done with run"),
        ("queue RUN --to 0", "`--to` must be a whole number, 1 or more, but got '0'"),
        ("queue RUN --first --at-once 2", "`--at-once` is for all runs"),
        ("queue --first", "`mlcore queue` needs a run"),
        ("queue --at-once 9", "`--at-once` must be a whole number from 1 to 8, but got '9'"),
        ("queue --at-once 0", "`--at-once` must be a whole number from 1 to 8, but got '0'"),
        ("queue TRAINED --first", "Run TRAINED does not wait in the queue"),
        ("queue TRAINED --cancel", "Run TRAINED does not wait, it is finished"),
        ("queue 1999 --first", "There is no run '1999'"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(
    shell: Shell, trained: Path, three: list[str], words: str, sentence: str
) -> None:
    def filled(text: str) -> str:
        return text.replace("TRAINED", trained.name).replace("RUN", three[0])

    answer = shell(filled(words))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {filled(sentence)}")
