"""A run that is watched draws its network, and its numbers are those of one that is not."""

import threading
import time

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.commands import Pause, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.events import Finished, Paused, StepsDone
from mlcore.insight.diagram import Diagram
from mlcore.live import Live
from mlcore.run import execute
from mlcore.runs import History, RunStore, send
from mlcore.runs.record.live import ask_picture, picture_time, read_picture
from mlcore.trainer import Trainer, load_data

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [24, 20],
    "train.epochs": 4,
    "train.device": "cpu",
    "train.threads": 1,
}


def config(**changes):
    return RunConfig.from_flat(
        SETTINGS | {name.replace("__", "."): value for name, value in changes.items()}
    )


def picture_of(folder):
    record = read_picture(folder.path)
    return None if record is None else Diagram.from_json(record)


def drawing_always(monkeypatch):
    """Draw at every look at the commands, after every few steps."""
    monkeypatch.setattr("mlcore.live.SECONDS", 0.0)
    monkeypatch.setattr("mlcore.live._SHARE", 1e9)
    monkeypatch.setattr("mlcore.trainer.trainer.POLL_SECONDS", 1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model__batch_norm": True, "model__dropout": 0.3, "optim__name": "adam"},
        {"train__stepper": "autograd", "model__dropout": 0.3, "model__activation": "tanh"},
        {"optim__momentum": 0.9, "optim__weight_decay": 0.01, "model__hidden": []},
    ],
    ids=["sgd", "adam with batch norm and dropout", "autograd with dropout", "softmax"],
)
def test_a_watched_run_equals_one_that_is_not_to_the_last_bit(tmp_path, monkeypatch, changes):
    store = RunStore(tmp_path)
    alone, watched = store.create(config(**changes)), store.create(config(**changes))
    execute(alone)
    drawing_always(monkeypatch)
    steps = []

    def watch(event):
        ask_picture(watched.path, 3)
        ask_picture(watched.path, 11)
        if (picture := picture_of(watched)) is not None:
            steps.append(picture.step)

    assert isinstance(execute(watched, observe=watch), Finished)
    assert len(set(steps)) > 3
    one, other = (History(folder) for folder in (alone, watched))
    one.refresh()
    other.refresh()
    assert one.steps.tobytes() == other.steps.tobytes()
    assert [e.validation_loss for e in one.epochs] == [e.validation_loss for e in other.epochs]
    ours, theirs = (checkpoint.load(folder.last_checkpoint()) for folder in (alone, watched))
    assert all(torch.equal(ours.model[name], theirs.model[name]) for name in ours.model)
    last = picture_of(watched)
    assert last.step == other.step
    assert [one.image for one in last.reactions] == [3, 11]


def test_a_run_that_nobody_watches_leaves_no_trace(tmp_path):
    folder = RunStore(tmp_path).create(config(train__epochs=1))
    execute(folder)
    assert not (folder.path / "live").exists()


def clocked(folder, trainer_config):
    """A trainer, and a `Live` whose clock the test moves."""
    data = load(trainer_config.data, 0)
    now = [0.0]
    return Live(folder.path, data, clock=lambda: now[0]), now


def test_it_stops_drawing_when_nobody_asks_any_more(tmp_path, monkeypatch):
    folder = RunStore(tmp_path).create(config())
    live, now = clocked(folder, config())
    trainer = Trainer(config(), load_data(config()))
    ask_picture(folder.path, 0)
    live.poll(trainer)
    first = picture_time(folder.path)
    assert first
    list(trainer.events())
    live.poll(trainer)  # the second is not over
    assert picture_time(folder.path) == first
    now[0] += 100
    monkeypatch.setattr(time, "time", lambda: 4e9)  # long after the request
    live.poll(trainer)
    assert picture_time(folder.path) == first
    monkeypatch.undo()
    ask_picture(folder.path, 0)
    now[0] += 100
    live.poll(trainer)
    again = picture_of(folder)
    assert again.step == trainer.step
    assert again.since is None  # what it drew long ago is no comparison


def test_images_that_are_not_there_and_weights_that_are_not_finite_are_not_drawn(tmp_path):
    folder = RunStore(tmp_path).create(config())
    live, now = clocked(folder, config())
    trainer = Trainer(config(), load_data(config()))
    ask_picture(folder.path, 99_999)
    live.poll(trainer)
    assert picture_of(folder) is None
    ask_picture(folder.path, 2)
    with torch.no_grad():
        trainer.model.linears[0].weight.fill_(float("nan"))
    now[0] += 100
    live.poll(trainer)
    assert picture_of(folder) is None


def test_a_single_step_is_drawn_with_what_it_changed(tmp_path):
    """As a person does it: pause, look, one step; the change is -lr × gradient."""
    folder = RunStore(tmp_path).create(config(train__epochs=10_000, optim__lr=0.1))
    paused = threading.Semaphore(0)
    first = [True]

    def observe(event):
        if isinstance(event, StepsDone) and first:
            first.clear()
            send(folder, Pause())
        if isinstance(event, Paused):
            paused.release()

    thread = threading.Thread(target=execute, args=(folder,), kwargs={"observe": observe})
    thread.start()
    try:
        assert paused.acquire(timeout=60)
        before = _drawn_at(folder, None)
        send(folder, RunSteps())
        assert paused.acquire(timeout=60)
        after = _drawn_at(folder, before.step + 1)
    finally:
        send(folder, Stop())
        thread.join(60)
    assert after.since == before.step
    assert after.units == before.units
    for one, other in zip(before.layers[1:], after.layers[1:], strict=True):
        assert np.array_equal(other.change, other.weights - one.weights)
    trainer = Trainer(config(train__epochs=10_000, optim__lr=0.1), load_data(config()))
    weights = [_weights_after(trainer, step) for step in (before.step, after.step)]
    drawn = (weights[1] - weights[0])[list(after.units[0])].numpy()
    assert np.abs(after.layers[0].change - drawn).max() <= np.abs(drawn).max() / 127


def _drawn_at(folder, step):
    until = time.monotonic() + 30
    while True:
        ask_picture(folder.path, 0)
        picture = picture_of(folder)
        if picture is not None and (step is None or picture.step == step):
            return picture
        assert time.monotonic() < until
        time.sleep(0.02)


def _weights_after(trainer, step):
    """The first layer's weights of the same training after so many steps, without a worker."""
    state = trainer._state
    if trainer.step == 0:
        state.prepare()
    while trainer.step < step:
        state.run(step - trainer.step, 60.0)
        if state.feed.exhausted:
            state.losses.read(1)
            state.end_epoch()
    return trainer.model.linears[0].weight.detach().clone()
