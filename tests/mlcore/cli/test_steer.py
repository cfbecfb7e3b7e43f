"""A run that trains elsewhere is paused, stepped, edited, continued and stopped from a shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli.answers import print_no_answer
from mlcore.commands import Pause
from mlcore.runs import ControlLog, History, RunFolder, RunStore, read_state
from mlcore.runs.record.worker import WorkerRecord, write_worker

Shell = Callable[..., Any]
COMMANDS = ("pause", "continue", "step", "edit", "stop")


@pytest.fixture
def running(runs: Path, training: Callable[..., RunFolder]) -> RunFolder:
    """A run that trains."""
    return training(RunStore(runs))


def history_of(folder: RunFolder) -> History:
    history = History(folder)
    history.refresh()
    return history


def test_a_run_is_paused_stepped_continued_and_stopped(shell: Shell, running: RunFolder) -> None:
    name = running.id
    (paused,) = shell(f"pause {name} --json").records
    assert (paused["event"], paused["run"]) == ("paused", name)
    assert read_state(running) == "paused"

    (after,) = shell(f"step {name} --json").records
    assert (after["event"], after["step"]) == ("paused", paused["step"] + 1)
    (after,) = shell(f"step {name[:-1]} --steps 7 --json").records
    assert after["step"] == paused["step"] + 8
    (after,) = shell(f"step {running.path} --epoch --json").records
    done = history_of(running).epochs[-1]
    assert (done.step, done.epoch) == (after["step"], after["epoch"])

    answer = shell(f"step {name}")
    loss = history_of(running).steps[-1]
    assert answer.out == f"run {name} is paused after step {after['step'] + 1:,}, loss {loss:.4f}\n"

    answer = shell(f"continue {name}")
    assert answer.out == f"run {name} continues after step {after['step'] + 1:,}\n"
    assert read_state(running) == "running"

    answer = shell(f"stop {name}")
    step = history_of(running).step
    assert answer.out == (
        f"run {name} stopped after step {step:,}; continue it with `mlcore resume {name}`\n"
    )
    assert (answer.status, answer.err) == (0, "")
    last = running.last_checkpoint()
    assert last is not None
    assert last.name == f"step-{step:08d}.pt"


def test_what_a_run_does_already_is_said_and_is_no_error(shell: Shell, running: RunFolder) -> None:
    answer = shell(f"continue {running.id}")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"run {running.id} continues after step ")
    shell(f"pause {running.id}")
    answer = shell(f"pause {running.id}")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"run {running.id} is paused after step ")


def test_an_edit_takes_effect_at_a_step_that_is_told(shell: Shell, running: RunFolder) -> None:
    shell(f"pause {running.id}")
    step = history_of(running).step
    answer = shell(f"edit {running.id} --optim.lr 0.01 --data.batch_size 32")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        f"run {running.id} from step {step + 1:,} on: "
        "data.batch_size 64 → 32, optim.lr 0.003 → 0.01\n"
    )
    history = history_of(running)
    assert history.config.optim.lr == 0.01
    assert history.config.data.batch_size == 32

    (record,) = shell(f"edit {running.id} --optim.momentum 0.9 --optim.nesterov --json").records
    assert record["changes"] == {"optim.momentum": 0.9, "optim.nesterov": True}
    (record,) = shell(f"edit {running.id} --optim.no-nesterov --json").records
    assert record["changes"] == {"optim.nesterov": False}
    assert record["before"] == {"optim.nesterov": True}


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--optim.lr -1", "`optim.lr` must be a number above 0"),
        ("--optim.lr fast", "`optim.lr` must be a number above 0"),
        ("--model.hidden 8", "`--model.hidden` is fixed once a run has started"),
        ("--optim.nesterov", "`optim.nesterov` needs `optim.momentum` above 0"),
        ("--optim.gamma 0.3", "`optim.gamma` means something only where"),
        ("--train.epoch 9", "`--train.epoch` is no option of `mlcore edit`"),
        ("", "`mlcore edit` needs a setting to change, such as `--optim.lr 0.01`"),
    ],
)
def test_an_edit_that_cannot_be_is_one_sentence_and_is_not_sent(
    shell: Shell, made: RunFolder, flags: str, sentence: str
) -> None:
    answer = shell(f"edit {made.id} {flags}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"mlcore: {sentence}")
    assert answer.err.count("\n") == 1
    assert not made.control_path.exists()


def test_an_edit_that_the_run_refuses_is_one_sentence(
    shell: Shell, runs: Path, training: Callable[..., RunFolder]
) -> None:
    running = training(RunStore(runs), **{"data.drop_last": True})
    answer = shell(f"edit {running.id} --data.batch_size 5000")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("mlcore: `data.batch_size` must be at most 1237")
    assert answer.err.count("\n") == 1
    assert read_state(running) == "running"


@pytest.fixture
def made(runs: Path) -> RunFolder:
    """A run whose worker lives, but never answers."""
    from mlcore.config import RunConfig

    folder = RunStore(runs).create(RunConfig.from_flat({"data.name": "digits"}))
    write_worker(folder.path, WorkerRecord.mine())
    return folder


def test_a_run_that_does_not_answer_is_told_of(
    shell: Shell, made: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("steer", "answers"):
        monkeypatch.setattr(f"mlcore.cli.{module}.PATIENCE", 0.05)
    answer = shell(f"pause {made.id}")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"mlcore: Run {made.id} has not answered within 0.05 s;")
    assert ControlLog(made).poll() == [Pause()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_that_is_over_cannot_be_steered(shell: Shell, trained: Path, command: str) -> None:
    answer = shell(f"{command} {trained.name}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == (
        f"mlcore: Run {trained.name} is finished, and only an active run can be asked to "
        f"{command}: `mlcore resume {trained.name} --train.epochs N` gives it N epochs in all.\n"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_run_and_none_at_all_are_sentences(
    shell: Shell, runs: Path, command: str
) -> None:
    answer = shell(f"{command} 1999")
    assert answer.status == 2
    assert answer.err.startswith("mlcore: There is no run '1999'")
    answer = shell(command)
    assert answer.status == 2
    assert answer.err == f"mlcore: `mlcore {command}` needs a run: `mlcore runs` lists them.\n"


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--steps 0", "`--steps` must be a whole number, 1 or more, but got '0'."),
        ("--steps two", "`--steps` must be a whole number, 1 or more, but got 'two'."),
        ("--steps", "`--steps` needs a value"),
        ("--steps 2 --epoch", "`--steps` and `--epoch` exclude each other"),
    ],
)
def test_steps_are_counted_in_whole_numbers(
    shell: Shell, made: RunFolder, flags: str, sentence: str
) -> None:
    answer = shell(f"step {made.id} {flags}")
    assert answer.status == 2
    assert answer.err.startswith(f"mlcore: {sentence}")


def test_a_run_that_finished_before_it_answered_is_offered_more_epochs(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_no_answer(RunFolder(trained)) == 1
    assert capsys.readouterr().err == (
        f"mlcore: Run {trained.name} is finished: "
        f"`mlcore resume {trained.name} --train.epochs N` gives it N epochs in all.\n"
    )
