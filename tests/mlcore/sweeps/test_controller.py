"""A sweep's controller, with runs whose training is made up, so that it can be killed anywhere."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlcore.commands import Stop
from mlcore.config import RunConfig
from mlcore.errors import DivergedError, JobError, MlcoreError, RunError, to_json
from mlcore.events import EpochDone, Event, Failed, Finished, Started, Stopped
from mlcore.runs import ControlLog, Recorder, RunFolder, RunStore, ask_resume, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import read_queue
from mlcore.runs.library.trash import delete
from mlcore.runs.record.worker import WorkerRecord, write_worker
from mlcore.sweeps import Sweep, SweepFolder, SweepSummary, controller, read_sweep
from mlcore.sweeps.controller import run_sweep
from mlcore.sweeps.ended import TrialEnded
from mlcore.sweeps.study import Study

Make = Callable[..., Sweep]
SPACE = ["optim.lr=0.01..1:log", "optim.name=sgd,adam", "optim.momentum=0,0.9"]


class Killed(BaseException):
    """What no code of the controller outlives."""


def accuracy(config: RunConfig, epoch: int) -> float:
    """The better the nearer the learning rate is to 0.1."""
    return 0.9 - abs(config.optim.lr - 0.1) / 2 + epoch / 1000


class Here:
    """Trains runs at once, and in no time: the history is written, not lived.

    Attributes:
        how: run → what its next start comes to; the default trains it to its end.
        starts: run → how often it was started.
    """

    how: Callable[[RunFolder], list[Event] | None]
    starts: dict[str, int]

    def __init__(self, root: Path) -> None:
        self.store = RunStore(root)
        for info in self.store.list():  # as a scheduler starts what waits
            if info.state == "queued":
                self._train(RunFolder(info.path))

    def start_run(self, config: RunConfig, **options: Any) -> str:
        with RunQueue(self.store.root).change() as state:
            folder = self.store.create(config, **options)
            state.waiting.append(folder.id)
        self._train(folder)
        return folder.id

    def resume_run(self, run: str) -> None:
        folder = self.store.get(run)
        ask_resume(folder)
        self._train(folder)

    def close(self) -> None:
        pass

    def _train(self, folder: RunFolder) -> None:
        type(self).starts[folder.id] = type(self).starts.get(folder.id, 0) + 1
        train(folder, type(self).how(folder))


def train(folder: RunFolder, events: list[Event] | None) -> None:
    """Write what a worker would; the worker is gone then."""
    if events is None:
        return
    with Recorder(folder) as recorder:
        control = ControlLog(folder)
        gone = WorkerRecord(
            pid=os.getpid(),
            identity="gone",
            events_from=recorder.offset,
            control_from=control.offset,
        )
        write_worker(folder.path, gone)
        for event in events:
            recorder.record(event)


def started() -> Started:
    return Started(
        step=0,
        epoch=0,
        steps_per_epoch=3,
        epochs=2,
        device="cpu",
        threads=1,
        parameters=9,
        train_images=150,
        validation_images=50,
    )


def epoch(folder: RunFolder, number: int) -> EpochDone:
    share = accuracy(folder.config, number)
    return EpochDone(
        epoch=number,
        step=3 * number,
        train_loss=1.0,
        validation_loss=1 - share,
        validation_accuracy=share,
        lr=0.1,
        seconds=0.1,
        images_per_second=1.0,
    )


def whole(folder: RunFolder) -> list[Event]:
    finished = Finished(step=6, epoch=2, test_loss=1.0, test_accuracy=0.0, seconds=0.2)
    return [started(), epoch(folder, 1), epoch(folder, 2), finished]


def failed(folder: RunFolder, error: MlcoreError) -> list[Event]:
    return [started(), Failed(step=1, epoch=0, message=str(error), error=to_json(error))]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Here]]:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)
    monkeypatch.setattr(controller, "Jobs", Here)
    monkeypatch.setattr(controller, "_POLL", 0.0)
    Here.how, Here.starts = staticmethod(whole), {}
    return Here


@pytest.fixture
def go(folder: SweepFolder, store: RunStore) -> Callable[..., SweepSummary]:
    """Runs the sweep to its end; what there is to say of it then."""

    def run(new: Sweep | None = None, end: str = "finished") -> SweepSummary:
        assert run_sweep(folder, lambda _: None, new=new) == end
        return read_sweep(folder, store)

    return run


def params(found: SweepSummary) -> list[dict[str, Any]]:
    return [dict(one.params) for one in found.trials]


def test_every_trial_is_a_run_that_bears_the_name_of_its_sweep(
    make: Make, go: Callable[..., SweepSummary], store: RunStore
) -> None:
    found = go(make(SPACE, trials=5))
    assert [one.number for one in found.trials] == [0, 1, 2, 3, 4]
    assert {one.state for one in found.trials} == {"complete"}
    assert {info.tags for info in store.list()} == {("tiny",)}
    assert found.trials[3].run.name == "tiny 3"
    for one in found.trials:
        config = RunFolder(one.run.path).config
        assert one.value == accuracy(config, 2)
        assert one.params["optim.lr"] == config.optim.lr
        assert ("optim.momentum" in one.params) == (config.optim.name == "sgd")
    assert found.best is not None
    assert found.best.value == max(one.value or 0 for one in found.trials)
    assert (found.state, found.pid) == ("finished", None)


@pytest.mark.parametrize(
    "sampler",
    [
        "grid",
        pytest.param("random", marks=pytest.mark.slow),
        pytest.param("tpe", marks=pytest.mark.slow),
    ],
)
def test_a_sweep_that_is_killed_anywhere_goes_on_as_if_nothing_had_happened(
    make: Make,
    go: Callable[..., SweepSummary],
    folder: SweepFolder,
    monkeypatch: pytest.MonkeyPatch,
    sampler: str,
) -> None:
    space = SPACE if sampler != "grid" else ["optim.lr=0.1,0.2,0.3", *SPACE[1:]]
    sweep = make(space, sampler=sampler, trials=8, pruner="median")
    undisturbed = params(go(sweep))
    shutil.rmtree(folder.root)

    drawn, left = random.Random(7), [0]

    def mortal(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            before = drawn.random() < 0.5
            left[0] -= 1
            if left[0] < 0 and before:
                raise Killed
            result = method(*args, **options)
            if left[0] < 0:
                raise Killed
            return result

        return call

    for kind, names in (
        (Study, ("ask", "tell", "note_run", "report", "open_trials", "add_missing")),
        (Here, ("start_run", "resume_run", "_train")),
    ):
        for name in names:
            monkeypatch.setattr(kind, name, mortal(getattr(kind, name)))
    monkeypatch.setattr(controller._Controller, "park", lambda _: None)

    kills = 0
    while True:
        left[0] = drawn.randrange(2, 12)
        new = None if folder.sweep_path.exists() else sweep
        try:
            found = go(new)
            break
        except Killed:
            kills += 1
    assert kills > 8
    assert [one.number for one in found.trials] == list(range(8))
    assert {one.state for one in found.trials} == {"complete"}
    if sampler != "tpe":  # which learns from pruned and whole ones alike, whenever they are told
        assert params(found) == undisturbed


def test_a_study_that_is_lost_is_made_again_from_the_runs(
    make: Make, go: Callable[..., SweepSummary], folder: SweepFolder, store: RunStore
) -> None:
    before = go(make(SPACE, trials=4, sampler="random"))
    for path in folder.path.glob("study.db*"):
        path.unlink()
    folder.change(trials=6, jobs=None)
    after = go()
    assert [one.run.id for one in after.trials[:4]] == [one.run.id for one in before.trials]
    assert len({str(one) for one in params(after)}) == len(after.trials) == 6
    assert set(Here.starts.values()) == {1}


def test_more_trials_are_added_and_none_is_drawn_twice(
    make: Make, go: Callable[..., SweepSummary], folder: SweepFolder
) -> None:
    go(make(SPACE, trials=3, sampler="random"))
    folder.change(trials=6, jobs=2)
    found = go()
    assert len({one.params["optim.lr"] for one in found.trials}) == 6
    assert found.sweep.jobs == 2


def test_a_sweep_has_more_runs_train_until_it_ends_or_a_person_says_else(
    make: Make, folder: SweepFolder
) -> None:
    queue, seen = RunQueue(folder.root), []
    steps: dict[int, Callable[[], object]] = {
        1: lambda: folder.change(trials=None, jobs=1),
        5: lambda: folder.change(trials=None, jobs=5),
        9: lambda: (queue.set_at_once(2), folder.change(trials=15, jobs=None)),
    }

    def look(ended: TrialEnded) -> None:
        seen.append(queue.snapshot().at_once)
        steps.get(len(seen), lambda: None)()

    assert run_sweep(folder, look, new=make(SPACE, trials=14, jobs=4)) == "finished"
    assert seen == [4] * 4 + [1] * 4 + [5] + [2] * 6  # as many are begun as were at the last look
    now = queue.snapshot()
    assert (now.at_once, now.usual, now.borrowers) == (2, 2, ())


@pytest.mark.parametrize("end", ["stopped", "failed"])
def test_a_sweep_that_ends_before_its_time_leaves_the_queue_as_it_was(
    make: Make, folder: SweepFolder, end: str
) -> None:
    queue = RunQueue(folder.root)
    queue.set_at_once(3)
    seen = []

    def look(ended: TrialEnded) -> None:
        seen.append(queue.snapshot().at_once)
        if end == "stopped":
            folder.ask_stop()

    if end == "stopped":
        assert run_sweep(folder, look, new=make(SPACE, jobs=4)) == end
    else:
        Here.how = staticmethod(lambda run: failed(run, RunError("No room.")))
        with pytest.raises(RunError, match="failed one after the other"):
            run_sweep(folder, look, new=make(SPACE, jobs=4))
    assert seen[0] == 4
    assert queue.snapshot().at_once == 3


def test_a_sweep_that_was_killed_has_no_hold_on_the_queue(
    make: Make, go: Callable[..., SweepSummary], folder: SweepFolder
) -> None:
    process = os.fork()
    if not process:
        with contextlib.suppress(BaseException):
            run_sweep(folder, lambda _: os._exit(9), new=make(SPACE, trials=4, jobs=4))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9
    queue = RunQueue(folder.root)
    state = read_queue(queue.path)
    assert state is not None
    assert [(one.pid, one.at_once) for one in state.loans] == [(process, 4)]
    assert queue.snapshot().at_once == 1
    go()
    assert queue.snapshot().at_once == 1


def test_trials_that_are_asked_for_at_the_last_moment_are_run(
    make: Make,
    go: Callable[..., SweepSummary],
    folder: SweepFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = SweepFolder.note_done

    def note_done(self: SweepFolder, trials: int) -> None:
        real(self, trials)
        if trials == 2:
            folder.change(trials=3, jobs=None)

    monkeypatch.setattr(SweepFolder, "note_done", note_done)
    found = go(make(SPACE, trials=2))
    assert (len(found.trials), found.state, folder.done) == (3, "finished", 3)


def test_a_diverged_trial_is_one_and_the_sweep_goes_on(
    make: Make, go: Callable[..., SweepSummary]
) -> None:
    nan = DivergedError("The loss became NaN.")
    Here.how = staticmethod(lambda run: failed(run, nan))
    found = go(make(SPACE, trials=5))
    assert [one.state for one in found.trials] == ["diverged"] * 5
    assert found.best is None


def test_a_sweep_whose_trials_all_fail_ends_with_their_reason(
    make: Make, folder: SweepFolder, store: RunStore
) -> None:
    full = RunError("The disk is full.")
    Here.how = staticmethod(lambda run: failed(run, full))
    with pytest.raises(
        RunError, match=r"^3 trials failed .* The disk is full\. Then `mlcore sweep"
    ):
        run_sweep(folder, lambda _: None, new=make(SPACE, trials=9))
    found = read_sweep(folder, store)
    assert [one.state for one in found.trials] == ["failed"] * 3
    assert found.state == "stopped"


def test_a_worker_that_is_killed_is_followed_by_another_twice(
    make: Make, go: Callable[..., SweepSummary], folder: SweepFolder
) -> None:
    killed = JobError("The process was killed (SIGKILL).")

    def how(run: RunFolder) -> list[Event]:
        unlucky = run.config.optim.name == "adam"
        return failed(run, killed) if unlucky or Here.starts[run.id] < 3 else whole(run)

    Here.how = staticmethod(how)
    ended: list[TrialEnded] = []
    new = make(["optim.name=sgd,adam"], sampler="grid")
    assert run_sweep(folder, ended.append, new=new) == "finished"
    assert [(one.state, one.message) for one in ended] == [
        ("complete", ""),
        ("failed", "The process was killed (SIGKILL)."),
    ]
    assert set(Here.starts.values()) == {3}


def test_a_run_that_a_person_deleted_is_not_made_again(
    make: Make, folder: SweepFolder, store: RunStore, go: Callable[..., SweepSummary]
) -> None:
    def how(run: RunFolder) -> list[Event] | None:
        if run.config.optim.name == "adam":
            raise Killed  # before its worker begins
        return whole(run)

    Here.how = staticmethod(how)
    with pytest.raises(Killed):
        run_sweep(folder, lambda _: None, new=make(["optim.name=sgd,adam,adamw"], sampler="grid"))
    queued = [info for info in store.list() if info.state == "queued"]
    Here.how = staticmethod(lambda _: None)
    for info in queued:
        RunQueue(store.root).cancel(info.id)
        shutil.rmtree(info.path)  # before the study knew of it: the trial gets a run
    Here.how = staticmethod(whole)
    found = go()
    assert [one.state for one in found.trials] == ["complete"] * 3

    delete(RunFolder(found.trials[1].run.path))
    assert [one.state for one in go().trials] == ["complete", "deleted", "complete"]
    shutil.rmtree(store.root / ".trash")
    assert (len(go().trials), sum(Here.starts.values())) == (2, 4)


def test_a_trial_is_given_up_by_its_validation_and_its_run_says_why(
    make: Make, go: Callable[..., SweepSummary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first epoch is written, and the rest once the controller has seen that."""
    asked: list[str] = []
    real = Study.report

    def report(study: Study, number: int, at: int, value: float) -> bool:
        verdict = real(study, number, at, value)
        return verdict or number >= 5

    monkeypatch.setattr(Study, "report", report)
    monkeypatch.setattr("mlcore.sweeps.following.read_state", lambda _: "running")

    def send(folder: RunFolder, command: Stop) -> None:
        asked.append(command.reason)
        stopped = Stopped(step=3, epoch=1, reason=command.reason)
        with Recorder(folder) as recorder:
            recorder.record(stopped)

    monkeypatch.setattr("mlcore.sweeps.following.send", send)

    def how(run: RunFolder) -> list[Event]:
        return whole(run) if len(Here.starts) <= 5 else [started(), epoch(run, 1)]

    Here.how = staticmethod(how)
    found = go(make(SPACE, trials=7, pruner="median", sampler="random"))
    states = [one.state for one in found.trials]
    assert states == ["complete"] * 5 + ["pruned"] * 2
    assert asked[-2:] == ["pruned"] * 2
    assert found.trials[6].run.ending == "pruned"
    assert found.best in found.trials[:5]


def test_a_trial_that_a_person_stopped_has_ended(
    make: Make, go: Callable[..., SweepSummary]
) -> None:
    stopped = Stopped(step=3, epoch=1, reason="asked")
    Here.how = staticmethod(lambda run: [started(), epoch(run, 1), stopped])
    found = go(make(SPACE, trials=2))
    assert [one.state for one in found.trials] == ["stopped"] * 2
    assert found.trials[0].value is not None
    assert found.best is None


def test_a_stop_interrupts_trials_and_they_go_on(
    make: Make, folder: SweepFolder, store: RunStore, go: Callable[..., SweepSummary]
) -> None:
    def how(_: RunFolder) -> None:
        folder.ask_stop()  # while it waits for a worker

    Here.how = staticmethod(how)
    found = go(make(SPACE, trials=3), end="stopped")
    assert [(one.state, one.run.state) for one in found.trials] == [("interrupted", "stopped")]
    Here.how = staticmethod(whole)
    again = go()
    assert [one.state for one in again.trials] == ["complete"] * 3
    assert again.trials[0].run.id == found.trials[0].run.id


def test_two_controllers_of_one_sweep_are_one_too_many(
    make: Make, folder: SweepFolder, store: RunStore
) -> None:
    refused: list[str] = []

    def how(run: RunFolder) -> list[Event]:
        with pytest.raises(RunError) as found:
            run_sweep(folder, lambda _: None)
        refused.append(str(found.value))
        assert read_sweep(folder, store).state == "running"
        return whole(run)

    Here.how = staticmethod(how)
    run_sweep(folder, lambda _: None, new=make(SPACE, trials=2))
    assert len(refused) == 2
    assert refused[0].startswith(f"Process {os.getpid()} runs sweep tiny already")
    with pytest.raises(RunError, match="There is a sweep tiny already"):
        make(SPACE)
    with pytest.raises(RunError, match="There is a sweep tiny already"):
        make(SPACE, name="TINY")


def test_a_study_that_cannot_be_used_is_said(
    make: Make, folder: SweepFolder, go: Callable[..., SweepSummary]
) -> None:
    go(make(SPACE, trials=2))
    folder.study_path.write_bytes(b"no database" * 1000)
    for end in ("-wal", "-shm"):
        Path(f"{folder.study_path}{end}").unlink(missing_ok=True)
    with pytest.raises(RunError, match=r"study\.db cannot be used \(file is not a database\)"):
        run_sweep(folder, lambda _: None)
    folder.study_path.unlink()
    assert len(go().trials) == 2


def test_settings_that_contradict_each_other_cost_no_trial(
    make: Make, go: Callable[..., SweepSummary]
) -> None:
    space = ["optim.nesterov=true,false", "optim.momentum=0,0.9", "optim.lr=0.01..0.1"]
    found = go(make(space, trials=8, sampler="random"))
    assert len(found.trials) == 8
    for one in params(found):
        assert not (one["optim.nesterov"] and one["optim.momentum"] == 0.0)
    assert all(read_state(RunFolder(one.run.path)) == "finished" for one in found.trials)
