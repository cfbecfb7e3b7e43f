"""Runs are mirrored to real trackers, and nothing that these do reaches the run."""

import contextlib
import os
import threading
import time

import psutil
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mlcore import checkpoint
from mlcore.commands import Stop
from mlcore.events import EpochDone, Finished, Started, StepsDone, Stopped, TrackerFailed
from mlcore.run import execute
from mlcore.runs import History, Recorder, RunFolder, ask_resume, read_state, send
from mlcore.trackers import mirror as mirror_module
from mlcore.trackers import tracking as tracking_module
from mlcore.trackers.mirror import mirror
from mlcore.trackers.tensorboard import TensorBoardWriter
from mlcore.trackers.writer import TimedEvent


@pytest.fixture(autouse=True)
def no_address(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")  # where the server below listens


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def trained(folder):
    """Train a run; the faults of its trackers."""
    faults = []

    def observe(event):
        if isinstance(event, TrackerFailed):
            faults.append(event)

    ending = execute(folder, observe=observe)
    assert isinstance(ending, Finished)
    return faults


def scalars(folder, tag):
    """Step → value, as TensorBoard's own reader finds them."""
    reader = EventAccumulator(str(folder.path / "tensorboard"), size_guidance={"scalars": 0})
    reader.Reload()
    return {one.step: one.value for one in reader.Scalars(tag)}


def as_float32(value):
    return float(torch.tensor(value, dtype=torch.float32))


def no_process_left(folder):
    return not [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder.path) in (process.info["cmdline"] or [])
    ]


def test_tensorboard_reads_what_the_run_recorded(store, config):
    folder = store.create(config(), track=["tensorboard"])
    assert trained(folder) == []
    history = history_of(folder)
    assert scalars(folder, "loss/train") == {
        epoch.step: as_float32(epoch.train_loss) for epoch in history.epochs
    }
    assert scalars(folder, "accuracy/validation") == {
        epoch.step: as_float32(epoch.validation_accuracy) for epoch in history.epochs
    }
    last = history.outcome
    assert scalars(folder, "accuracy/test") == {last.step: as_float32(last.test_accuracy)}
    assert max(scalars(folder, "loss/steps")) == history.step
    assert no_process_left(folder)


def test_a_tracked_run_has_the_numbers_of_one_that_is_not(store, config):
    alone, tracked = store.create(config()), store.create(config(), track=["tensorboard"])
    execute(alone)
    execute(tracked)
    assert history_of(alone).steps.tobytes() == history_of(tracked).steps.tobytes()
    ours, theirs = (checkpoint.load(f.last_checkpoint()).model for f in (alone, tracked))
    assert all(torch.equal(weight, theirs[name]) for name, weight in ours.items())
    assert alone.config == tracked.config


def test_what_a_resume_takes_back_is_taken_back_in_tensorboard(store, config):
    folder = store.create(config(train__epochs=40), track=["tensorboard"])

    def observe(event):
        if isinstance(event, EpochDone) and event.epoch == 2:
            send(folder, Stop())

    assert isinstance(execute(folder, observe=observe), Stopped)
    for path in folder.checkpoints()[1:]:
        path.unlink()  # it is resumed from its beginning
    ask_resume(folder, {"train.epochs": 1})
    assert isinstance(execute(folder), Finished)
    assert list(scalars(folder, "loss/train")) == [history_of(folder).step]


@pytest.mark.slow
def test_mlflow_holds_figures_settings_tags_and_checkpoints(
    store, config, mlflow_server, monkeypatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.address)
    folder = store.create(config(), name="first", track=["mlflow"])
    assert trained(folder) == []
    (run,) = [run for run in mlflow_server.runs() if run["info"]["run_name"] == "first"]
    assert run["info"]["status"] == "FINISHED"
    history = history_of(folder)
    for name in ("train_loss", "validation_loss", "validation_accuracy"):
        assert mlflow_server.history(run, name) == {
            epoch.epoch: getattr(epoch, name) for epoch in history.epochs
        }
    assert mlflow_server.history(run, "test_accuracy") == {3: history.outcome.test_accuracy}
    settings = {one["key"]: one["value"] for one in run["data"]["params"]}
    assert settings["optim.name"] == "adam"
    assert set(settings) == set(folder.config.flat()) - {"data.root"}
    tags = {one["key"]: one["value"] for one in run["data"]["tags"]}
    assert tags["mlcore.run"] == folder.id
    (last,) = mlflow_server.folder.rglob(folder.last_checkpoint().name)
    assert last.read_bytes() == folder.last_checkpoint().read_bytes()

    ask_resume(folder, {"train.epochs": 4})
    execute(folder)
    (run,) = [run for run in mlflow_server.runs() if run["info"]["run_name"] == "first"]
    assert list(mlflow_server.history(run, "train_loss")) == [1, 2, 3, 4]


@contextlib.contextmanager
def training(folder, observe):
    """Train a run in a thread, and stop it whatever happens: its random numbers are everybody's."""
    thread = threading.Thread(target=execute, args=(folder,), kwargs={"observe": observe})
    thread.start()
    try:
        yield
    finally:
        send(folder, Stop())
        thread.join(120)


def wait(condition):
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
def test_a_server_that_is_killed_in_mid_run_gets_what_it_missed_once_it_is_back(
    store, config, mlflow_server, monkeypatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.address)
    folder = store.create(
        config(train__epochs=10_000, data__batch_size=16), name="second", track=["mlflow"]
    )
    faults = []

    def observe(event):
        if isinstance(event, TrackerFailed):
            faults.append(event)

    def delivered():
        runs = [run for run in mlflow_server.runs() if run["info"]["run_name"] == "second"]
        return len(mlflow_server.history(runs[0], "train_loss")) if runs else 0

    with training(folder, observe):
        wait(lambda: delivered() > 0)
        mlflow_server.kill()
        try:
            before = history_of(folder).step
            wait(lambda: faults)
            assert history_of(folder).step > before  # it trains on
            assert faults[0].tracker == "mlflow"
            reasons = "Connection refused", "Remote end closed connection", "Connection reset"
            assert any(reason in faults[0].message for reason in reasons)
            assert "the run continues" in faults[0].message
            assert history_of(folder).trackers["mlflow"].message == faults[0].message
        finally:
            mlflow_server.start()
        seen = delivered()
        wait(lambda: delivered() > seen)
    history = history_of(folder)
    (run,) = [run for run in mlflow_server.runs() if run["info"]["run_name"] == "second"]
    assert run["info"]["status"] == "KILLED"
    # MLflow's interface gives 25,000 values at most; here there are a few hundred
    assert list(mlflow_server.history(run, "train_loss")) == [one.epoch for one in history.epochs]


@pytest.mark.slow
@pytest.mark.parametrize("server", ["nobody", "refusing", "hanging"])
def test_a_tracker_that_takes_nothing_changes_nothing_and_is_named(
    store, config, monkeypatch, request, server
):
    address = "http://127.0.0.1:9" if server == "nobody" else request.getfixturevalue(server)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    alone, tracked = store.create(config()), store.create(config(), track=["mlflow"])
    execute(alone)
    began = time.monotonic()
    *_, fault = trained(tracked)
    ended = [line for line in tracked.events_path.read_text().splitlines() if "finished" in line]
    assert time.monotonic() - began < tracking_module.GRACE
    assert ended
    assert "MLflow did not get all of the run" in fault.message
    assert "the figures of 3 of 3 epochs" in fault.message
    history = history_of(tracked)
    assert history.state == read_state(tracked) == "finished"
    assert history.trackers["mlflow"].as_error().template == fault.as_error().template
    assert history.steps.tobytes() == history_of(alone).steps.tobytes()
    assert no_process_left(tracked)


@pytest.mark.slow
def test_one_that_never_ends_is_killed(store, config, hanging, monkeypatch):
    monkeypatch.setattr(tracking_module, "GRACE", 0.5)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", hanging)
    folder = store.create(config(), track=["mlflow"])
    (fault,) = trained(folder)
    assert "(no answer)" in fault.message
    assert no_process_left(folder)


def test_a_folder_that_cannot_be_written_is_no_matter_for_the_run(store, config):
    folder = store.create(config(), track=["tensorboard"])
    (folder.path / "tensorboard").write_text("in the way")
    *_, fault = trained(folder)
    assert "TensorBoard did not get all of the run (File exists)" in fault.message


def test_a_package_that_is_not_there_any_more_is_no_matter_for_the_run(store, config, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    folder = store.create(config(), track=["tensorboard"])
    (fault,) = trained(folder)
    assert "TensorBoard needs tensorboard" in fault.message


@pytest.mark.slow
def test_a_run_that_died_is_said_to_have_failed(store, config, mlflow_server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.address)
    folder = store.create(config(), name="dead", track=["mlflow"])
    with Recorder(folder) as recorder:
        recorder.record(
            EpochDone(
                epoch=1,
                step=9,
                train_loss=0.5,
                validation_loss=None,
                validation_accuracy=None,
                lr=0.1,
                seconds=1.0,
                images_per_second=1.0,
            )
        )
    tracking_module.Tracking(folder, 0).__exit__()

    def dead():
        runs = [run for run in mlflow_server.runs() if run["info"]["run_name"] == "dead"]
        return runs and runs[0]["info"]["status"] == "FAILED"

    until = time.monotonic() + 90
    while not dead():
        assert time.monotonic() < until
        time.sleep(0.1)


STARTED = Started(
    step=0,
    epoch=0,
    steps_per_epoch=10,
    epochs=1,
    device="cpu",
    threads=1,
    parameters=1,
    train_images=1,
    validation_images=0,
)


def steps(first):
    return TimedEvent(StepsDone(first=first, losses=(0.5,) * 10, epoch=1), float(first))


def test_a_full_disk_costs_tensorboard_no_figure_once_there_is_room(store, config):
    folder = store.create(config())
    writer = TensorBoardWriter(folder)
    writer.write([TimedEvent(STARTED, 1.0), steps(1)])
    (file,) = (folder.path / "tensorboard").iterdir()
    process = psutil.Process()
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    try:
        for room in (file.stat().st_size + 20, 100, 100):  # none for the header either
            process.rlimit(psutil.RLIMIT_FSIZE, (room, before[1]))
            with pytest.raises(OSError, match=r"No space|too large"):
                writer.write([steps(11), steps(21)])
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)
    writer.write([steps(11), steps(21)])
    writer.end()
    assert list(scalars(folder, "loss/steps")) == [10, 20, 30]


class Flaky:
    """A tracker that takes every third delivery."""

    def __init__(self):
        self.calls, self.taken, self.ended = 0, [], False

    def write(self, events):
        self.calls += 1
        if self.calls % 3:
            raise ConnectionError("not now")
        self.taken += events

    def end(self):
        self.ended = True


def test_what_was_not_taken_comes_again_in_order(store, config, monkeypatch, tmp_path):
    folder = store.create(config())
    with Recorder(folder) as recorder:
        for first in range(1, 5_001, 10):
            recorder.record(steps(first).event)
    monkeypatch.setattr(mirror_module, "_PIECE", 4_096)
    monkeypatch.setattr(mirror_module, "_PAUSE", 0.0)
    monkeypatch.setattr(mirror_module, "_LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(mirror_module, "_is_over", lambda _: True)
    monkeypatch.setattr(mirror_module.signal, "alarm", lambda _: None)
    monkeypatch.setattr(os, "write", lambda *_: 0)
    writer = Flaky()
    mirror(writer, mirror_module.LineReader(folder.events_path))
    assert [event.event.first for event in writer.taken] == list(range(1, 5_001, 10))
    assert writer.ended


def test_a_run_folder_names_its_trackers_and_a_fork_has_its_own(store, config):
    folder = store.create(config(), track=["tensorboard"])
    assert RunFolder(folder.path).meta["track"] == ["tensorboard"]
    assert store.create(config(), parent=folder.id).meta["track"] == []
