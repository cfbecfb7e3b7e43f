"""The Train page without a browser: what it says of runs in every state."""

from __future__ import annotations

import math
import os
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server
from dashboard.gaps.widgets import key_of_text
from mlcore.commands import Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.config import DataConfig, RunConfig, TrainConfig
from mlcore.events import (
    EditRefused,
    EpochDone,
    Event,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
)
from mlcore.runs import ControlLog, Recorder, RunFolder, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.label import read_label, rename
from mlcore.runs.record.folder import checkpoint_name
from mlcore.runs.record.worker import WorkerRecord, write_worker

APP = Path(__file__).parents[3] / "dashboard" / "app.py"
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200), train=TrainConfig(epochs=2)
)
STARTED = Started(
    step=0,
    epoch=0,
    steps_per_epoch=39,
    epochs=2,
    device="cpu",
    threads=1,
    parameters=109_386,
    train_images=1_237,
    validation_images=200,
)
STEPS = StepsDone(first=1, losses=tuple(2 - step / 39 for step in range(39)), epoch=1)
EPOCH = EpochDone(
    epoch=1,
    step=39,
    train_loss=1.5,
    validation_loss=1.25,
    validation_accuracy=0.875,
    lr=0.003,
    seconds=0.5,
    images_per_second=2_474.0,
)


ADDRESS = {"data.batch_size": "32", "data.validation": "200", "train.epochs": "2"}
"""The settings of `CONFIG`, as the address bar carries them."""


def with_answer(folder: RunFolder, event: Event) -> None:
    with Recorder(folder) as recorder:
        recorder.record(event)


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    """One supervisor for all tests here (the sidebar asks it for devices), ended with them."""
    server.jobs.clear()
    yield
    server.jobs().close()
    server.jobs.clear()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """The runs folder of the app."""
    monkeypatch.setenv("MLCORE_RUNS", str(tmp_path / "runs"))
    server.store.clear()
    yield RunStore(tmp_path / "runs")
    server.store.clear()


@pytest.fixture
def made(runs: RunStore) -> Callable[..., RunFolder]:
    """Make runs that said something: `made(STARTED, STEPS)`; `alive` gives them a worker."""

    def make(*events: Event, alive: bool = False, saved: int | None = None) -> RunFolder:
        folder = runs.create(CONFIG)
        with Recorder(folder) as recorder:
            for event in events:
                recorder.record(event)
        mark = WorkerRecord.mine()
        write_worker(
            folder.path,
            mark if alive else WorkerRecord(pid=mark.pid, identity="another"),
        )
        if saved is not None:
            folder.checkpoints_path.mkdir(exist_ok=True)
            (folder.checkpoints_path / checkpoint_name(saved)).write_bytes(b"")
        return folder

    return make


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["data.name"] = "digits"  # always there, so nothing is downloaded
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.main.metric}


def sentences(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.main.markdown, *app.main.caption))


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.main.button}


def chart_header(app: AppTest) -> bytes:
    _, chart = app.main.get("bidi_component")  # the first one loads plotly.js
    message = chart.proto.bytes
    (size,) = struct.unpack_from("<I", message)
    return message[4 : 4 + size]


def test_without_a_run_the_page_invites_and_says_what_train_does(runs):
    app = opened()
    assert "Nothing is trained yet" in sentences(app)
    assert "Press **Train**" in sentences(app)
    assert app.button(key="train").disabled is False
    assert "stop" not in keys(app)


def test_a_run_under_way_shows_its_progress_and_can_be_stopped(made):
    folder = made(STARTED, STEPS, EPOCH, alive=True)
    app = opened()
    assert metrics(app)["Validation accuracy"] == "87.50 %"
    assert metrics(app)["Test accuracy"] == "–"
    assert app.button(key="train").label == "Add to queue"
    assert b'"points":39' in chart_header(app)
    log = ControlLog(folder)
    app.button(key="stop").click().run()
    assert log.poll() == [Stop()]


def test_a_click_on_train_that_is_heard_twice_starts_one_run(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    click = "actions.start_run(RunConfig())\n"
    head = "from dashboard.panels import actions\nfrom mlcore.config import RunConfig\n"
    app = AppTest.from_string(head + click + click).run()
    assert not app.exception
    assert len(runs.list()) == 1
    app.run()  # cut short again: the page was not drawn whole since
    assert len(runs.list()) == 1


def test_each_click_on_a_page_that_was_drawn_starts_a_run(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = opened()
    for count in (1, 2, 3):
        app.button(key="train").click().run()
        assert len(runs.list()) == count


def test_a_click_on_train_is_answered_with_the_first_losses(runs, monkeypatch):
    """A worker that begins a moment after the click: no page says Starting in between."""

    def start(_jobs, config, **_more):
        run = runs.create(config)
        threading.Timer(0.1, _begin, [run]).start()
        return run.id

    def _begin(run):
        write_worker(run.path, WorkerRecord.mine())
        with Recorder(run) as recorder:
            recorder.record(STARTED)
            recorder.record(STEPS)

    monkeypatch.setattr("mlcore.jobs.Jobs.start_run", start)
    app = opened()
    app.button(key="train").click().run()
    assert b'"points":39' in chart_header(app)
    assert metrics(app)["Training loss"] != "–"


def test_a_run_that_is_slow_to_begin_is_drawn_as_it_stands(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = opened()
    app.button(key="train").click().run()
    assert "Starting" in sentences(app) or "Queued" in sentences(app)


def test_a_running_run_can_be_paused_and_a_paused_one_goes_on_step_by_step(made):
    running = made(STARTED, STEPS, EPOCH, alive=True)
    log = ControlLog(running)
    app = opened(run=running.id)
    assert {"continue", "next-step", "next-epoch"}.isdisjoint(keys(app))
    app.button(key="pause").click().run()
    assert log.poll() == [Pause()]
    with_answer(running, Paused(step=39, epoch=1))
    app.run()
    assert "pause" not in keys(app)
    for key, command in (
        ("next-step", RunSteps()),
        ("next-epoch", RunEpoch()),
        ("continue", Continue()),
    ):
        app.button(key=key).click().run()
        assert log.poll() == [command]


def test_what_the_sidebar_changes_can_be_applied_to_the_running_model(made):
    folder = made(STARTED, STEPS, alive=True)
    log = ControlLog(folder)
    app = opened(**ADDRESS)
    assert "apply" not in keys(app)
    app.number_input(key="optim.lr").set_value(0.02).run()
    assert "Learning rate 0.003 → 0.02" in sentences(app).replace("\\", "")
    app.button(key="apply").click().run()
    changes = {"optim.lr": 0.02}
    assert log.poll() == [Edit(changes=changes)]
    assert "apply" in keys(app)  # until the run has answered
    with_answer(
        folder, SettingsEdited(step=39, epoch=0, changes=changes, before={"optim.lr": 0.003})
    )
    app.run()
    assert "apply" not in keys(app)
    assert b"lr 0.003 \\u2192 0.02" in chart_header(app)


def test_an_edit_that_was_refused_is_a_sentence_until_the_sidebar_asks_for_something_else(made):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(**ADDRESS)
    app.number_input(key="data.batch_size").set_value(999).run()
    why = "`data.batch_size` must be at most 900."
    with_answer(
        folder, EditRefused(step=39, epoch=0, changes={"data.batch_size": 999}, message=why)
    )
    app.run()
    (error,) = app.main.error
    assert "The run keeps its settings. Batch size must be at most 900" in error.value
    app.button(key="take-back").click().run()
    assert not app.main.error
    assert "apply" not in keys(app)
    assert app.number_input(key="data.batch_size").value == 32


def test_a_run_that_early_stopping_ended_gets_more_epochs_without_it(made, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.resume_run", lambda _, run, changes: asked.append((run, changes))
    )
    ended = Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0, early=True)
    folder = made(STARTED, STEPS, EPOCH, ended, saved=39)
    app = opened()
    app.button(key="extend").click().run()
    assert asked == [(folder.id, {"train.epochs": 6, "train.patience": 0})]


def test_a_run_that_its_server_stopped_says_so(made):
    made(STARTED, STEPS, Stopped(step=39, epoch=0, reason="shutdown"), saved=39)
    app = opened()
    assert "stopped when its server was shut down" in sentences(app)
    assert app.button(key="resume").label == "Resume from step 39"


def test_a_finished_run_shows_its_test_accuracy_and_offers_more_epochs(made):
    ended = Finished(step=78, epoch=2, test_loss=0.5, test_accuracy=0.9125, seconds=1.0)
    made(STARTED, STEPS, EPOCH, ended, saved=78)
    app = opened()
    assert metrics(app)["Test accuracy"] == "91.25 %"
    assert app.button(key="extend").label == "Train 5 more epochs"
    assert {"stop", "resume"}.isdisjoint(keys(app))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (Stopped(step=39, epoch=1), ""),
        (Failed(step=39, epoch=1, message="The loss became *NaN* at step 40."), "NaN"),
        (None, "left no final message"),
    ],
    ids=["stopped", "failed", "lost"],
)
def test_a_run_that_broke_off_tells_why_and_offers_to_resume(made, end, words):
    made(STARTED, STEPS, EPOCH, *([end] if end else []), saved=39)
    app = opened()
    assert app.button(key="resume").label == "Resume from step 39"
    errors = " ".join(error.value.replace("\\", "") for error in app.main.error)
    assert words in errors
    assert bool(errors) == bool(words)


def test_a_run_without_a_checkpoint_can_be_started_again(made, monkeypatch):
    asked = []
    monkeypatch.setattr("mlcore.jobs.Jobs.resume_run", lambda _, run, __: asked.append(run))
    folder = made(STARTED, STEPS, Failed(step=39, epoch=1, message="No room on the disk."))
    app = opened()
    assert app.button(key="resume").label == "Start it again"
    app.button(key="resume").click().run()
    assert asked == [folder.id]


def test_damaged_lines_are_told_of_and_the_rest_is_drawn(made):
    folder = made(STARTED, STEPS, Stopped(step=39, epoch=1), saved=39)
    with folder.events_path.open("ab") as file:
        file.write(b"\0\0\0\n")
    app = opened()
    (warning,) = app.main.warning
    assert "1 damaged line of events" in warning.value
    assert b'"points":39' in chart_header(app)


def test_losses_that_are_not_finite_are_drawn_as_gaps(made):
    losses = StepsDone(first=1, losses=(2.0, math.nan, math.inf), epoch=1)
    made(STARTED, losses, Failed(step=3, epoch=0, message="The loss became NaN."))
    app = opened()
    assert b'"points":3' in chart_header(app)
    assert metrics(app)["Training loss"] == "2.0000"


def test_the_address_names_the_run(made):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED)
    assert os.fspath(first.path) != os.fspath(second.path)
    app = opened(run=first.id)
    assert first.id in sentences(app)
    assert app.query_params["run"] in (first.id, [first.id])


def test_an_address_of_a_run_that_is_gone_shows_the_newest_and_says_so(made):
    newest = made(STARTED, STEPS)
    app = opened(run="20200101-000000-abcd")
    assert "There is no run 20200101-000000-abcd" in app.main.warning[0].value
    assert newest.id in sentences(app)


def test_another_run_can_be_chosen(made):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED, STEPS, Stopped(step=39, epoch=1))
    app = opened(run=first.id)
    app.selectbox(key="run-choice").select_index(
        1 if app.selectbox(key="run-choice").index == 0 else 0
    ).run()
    assert second.id in sentences(app)


def test_a_run_that_trains_elsewhere_is_offered(made):
    shown = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    training = made(STARTED, STEPS, alive=True)
    app = opened(run=shown.id)
    app.button(key=f"show-{training.id}").click().run()
    assert training.id in sentences(app)


def test_a_run_can_be_renamed(made):
    folder = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    app = opened(run=folder.id)
    key = f"name-{folder.id}"
    app.text_input(key=key_of_text(key, "")).set_value("first try").run()
    assert app.selectbox(key="run-choice").options == ["first try · stopped · 87.50 %"]
    assert read_label(folder).name == "first try"
    assert app.text_input(key=key_of_text(key, "first try")).value == "first try"


def test_a_long_name_from_the_shell_stands_in_the_field_whole(made):
    folder = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    rename(folder, "long " * 30)
    app = opened(run=folder.id)
    name = read_label(folder).name
    assert app.text_input(key=key_of_text(f"name-{folder.id}", name)).value == name


def test_a_deletion_can_be_taken_back(made, runs):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED, STEPS, Stopped(step=39, epoch=1))
    app = opened(run=first.id)
    app.button(key="delete-run").click().run()
    assert [info.id for info in runs.list()] == [second.id]
    assert second.id in sentences(app)
    assert not app.main.warning
    app.button(key="undo-delete").click().run()
    assert first.id in sentences(app)
    assert "undo-delete" not in keys(app)
    assert len(runs.list()) == 2


def test_a_run_that_trains_is_deleted_only_when_asked_twice(made, runs):
    training = made(STARTED, STEPS, alive=True)
    app = opened(run=training.id)
    assert "delete-run" not in keys(app)
    app.button(key="doubt-delete").click().run()
    assert app.button(key="delete-run").label == "Stop and delete"
    app.button(key="keep-run").click().run()
    assert "delete-run" not in keys(app)
    assert [info.state for info in runs.list()] == ["running"]
    assert ControlLog(training).poll() == []


def test_the_last_run_can_be_deleted_too(made, runs):
    made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    app = opened()
    app.button(key="delete-run").click().run()
    assert "Nothing is trained yet" in sentences(app)
    assert "undo-delete" in keys(app)


def test_the_smoothing_can_be_turned_off(made):
    made(STARTED, STEPS, alive=True)
    app = opened()
    with_mean = chart_header(app)
    app.select_slider(key="smoothing").set_value(1).run()
    assert len(chart_header(app)) < len(with_mean)
    assert not app.exception


def test_two_runs_of_one_second_can_be_told_apart_in_the_list(made, monkeypatch):
    monkeypatch.setattr("mlcore.runs.library.store.time.time", lambda: 1_790_000_000.0)
    first, second = made(STARTED, STEPS), made(STARTED, STEPS)
    labels = opened().selectbox(key="run-choice").options
    assert len(set(labels)) == 2
    assert {label[-5:-1] for label in labels} == {first.id[-4:], second.id[-4:]}


@pytest.fixture
def line(made, runs):
    """The ids of a run that trains and of three that wait, in order."""
    training = made(STARTED, STEPS, alive=True).id
    waiting = [runs.create(CONFIG).id for _ in range(3)]
    with RunQueue(runs.root).change() as state:
        state.waiting = waiting[:]
    return training, *waiting


def waiting(runs):
    return RunQueue(runs.root).snapshot().waiting


def test_a_run_that_waits_shows_its_place_and_can_be_moved(line, runs):
    _, first, second, third = line
    app = opened(run=second)
    text = sentences(app)
    assert "Waits as number 2 of 3; 1 run at a time trains on a device." in text
    assert {"stop", "pause"}.isdisjoint(keys(app))
    assert app.button(key=f"earlier-{first}").disabled
    assert app.button(key=f"later-{third}").disabled
    app.button(key=f"earlier-{second}").click().run()
    assert waiting(runs) == (second, first, third)
    assert "Waits as number 1 of 3" in sentences(app)
    app.button(key=f"later-{first}").click().run()
    assert waiting(runs) == (second, third, first)


def test_a_paused_run_keeps_its_slot_and_the_page_says_so(line, runs):
    with_answer(runs.get(line[0]), Paused(step=39, epoch=1))
    app = opened(run=line[1])
    assert "A paused run keeps its slot" in sentences(app)
    assert "paused, keeps its slot" in sentences(app)


def test_a_run_that_waits_is_cancelled_and_started_again(line, runs, monkeypatch):
    asked = []
    monkeypatch.setattr("mlcore.jobs.Jobs.resume_run", lambda _, run, changes: asked.append(run))
    app = opened(run=line[1])
    app.button(key="cancel").click().run()
    assert waiting(runs) == line[2:]
    assert "cancelled before it began" in sentences(app)
    assert app.button(key="resume").label == "Start it"
    app.button(key="resume").click().run()
    assert asked == [line[1]]
    app.button(key=f"cancel-{line[3]}").click().run()
    assert waiting(runs) == (line[2],)


def test_more_runs_can_train_at_once(line, runs):
    app = opened(run=line[0])
    assert app.number_input(key="at-once").value == 1
    app.number_input(key="at-once").set_value(3).run()
    assert RunQueue(runs.root).snapshot().at_once == 3
    assert app.button(key="train").label == "Train"
    RunQueue(runs.root).set_at_once(2)  # in a shell
    app.run()
    assert app.number_input(key="at-once").value == 2


def test_a_waiting_run_can_be_deleted(line, runs):
    app = opened(run=line[1])
    app.button(key="delete-run").click().run()
    assert waiting(runs) == line[2:]
    assert line[0] in sentences(app)  # the one that trains, not the newest that waits


def test_where_one_run_trains_alone_there_is_no_queue(made):
    made(STARTED, STEPS, alive=True)
    app = opened()
    assert not [item for item in app.main.number_input if item.key == "at-once"]
    assert app.button(key="train").disabled is False
