"""A run trained again from its record is the same to the last bit, or one is told where not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mlcore.commands import Continue, Edit, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.data.tensors import load
from mlcore.errors import DataError, RunError
from mlcore.events import EpochDone, Finished, Paused, Stopped
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import History, RunStore, ask_resume, send

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 32,
    "data.validation": 200,
    "model.hidden": [16],
    "model.dropout": 0.2,
    "optim.lr": 0.1,
    "train.epochs": 3,
    "train.device": "cpu",
}
EDITS = (
    {"optim.lr": 0.05},
    {"optim.momentum": 0.9},
    {"optim.weight_decay": 1e-3, "optim.clip_norm": 1.0},
    {"data.batch_size": 48},
    {"optim.schedule": "cosine"},
    {"train.epochs": 5},
    {"train.patience": 4},
    {"optim.schedule": "one_cycle", "optim.nesterov": True},
    {"data.batch_size": 20},
)


@pytest.fixture
def store(tmp_path):
    threads = torch.get_num_threads()
    yield RunStore(tmp_path / "runs")
    torch.set_num_threads(threads)


def config(**changes):
    return RunConfig.from_flat(
        SETTINGS | {name.replace("__", "."): value for name, value in changes.items()}
    )


def edit_at(folder, edits, every, then=None):
    """An observer that makes an edit after every so many steps, and then asks for `then`."""
    waiting = list(edits)
    send(folder, RunSteps(count=every))

    def observe(event):
        if not isinstance(event, Paused):
            return
        if waiting:
            send(folder, Edit(changes=waiting.pop(0)))
            send(folder, RunSteps(count=every))
        else:
            send(folder, then or Continue())

    return observe


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def test_a_run_with_edits_of_every_kind_is_the_same_to_the_last_bit(store):
    folder = store.create(config())
    ended = execute(folder, threads=1, observe=edit_at(folder, EDITS, every=13))
    assert isinstance(ended, Finished)
    assert ended.epoch == 5
    assert len(history_of(folder).edits) == len(EDITS)
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    told = []
    found = replay(folder, lambda done, of: told.append((done, of)))
    assert found.equal
    assert found.difference is None
    assert found.weights_equal
    assert found.checkpoint == folder.last_checkpoint().name
    assert (found.steps, found.unknown, found.edits) == (ended.step, 0, len(EDITS))
    assert told[-1] == (ended.step, ended.step)
    assert {path: path.read_bytes() for path in before} == before


def test_edits_at_the_end_of_an_epoch_come_after_it(store):
    folder = store.create(config(optim__schedule="step", optim__step_every=1))
    edits = ({"optim.lr": 0.02}, {"optim.gamma": 0.5}, {"train.epochs": 4})
    execute(folder, threads=1, observe=edit_at(folder, edits, every=39))
    history = history_of(folder)
    assert [edit.step for edit in history.edits] == [epoch.step for epoch in history.epochs[:3]]
    assert replay(folder).equal


def test_an_epoch_that_an_edit_ends_is_ended_by_it_again(store):
    """With `drop_last`, larger batches may leave an epoch without another step."""
    folder = store.create(config(data__drop_last=True))
    edits = ({"data.batch_size": 1000}, {"optim.lr": 0.01, "data.batch_size": 40})
    send(folder, Edit(changes={"optim.momentum": 0.5}))
    execute(folder, threads=1, observe=edit_at(folder, edits, every=30))
    assert replay(folder).equal


def test_a_run_that_was_stopped_and_resumed_on_other_threads_is_the_same(store):
    folder = store.create(config())
    ended = execute(folder, threads=2, observe=edit_at(folder, EDITS[:3], every=13, then=Stop()))
    assert isinstance(ended, Stopped)
    found = replay(folder)
    assert found.equal
    assert found.weights_equal
    assert (found.steps, found.threads) == (ended.step, 2)
    ask_resume(folder, {"train.epochs": 4})
    assert isinstance(execute(folder, threads=1), Finished)
    assert [start.threads for start in history_of(folder).starts] == [2, 1]
    found = replay(folder)
    assert found.equal
    assert (found.edits, found.threads) == (4, 1)


def test_a_finished_run_that_got_more_epochs_is_the_same(store):
    folder = store.create(config(train__epochs=1))
    execute(folder, threads=1)
    ask_resume(folder, {"train.epochs": 2, "optim.lr": 0.01})
    execute(folder, threads=1)
    found = replay(folder)
    assert found.equal
    assert (found.steps, found.edits) == (78, 1)


def test_a_fork_is_replayed_from_where_it_began(store):
    parent = store.create(config(train__epochs=2))
    execute(parent, threads=1)
    wanted = config(train__epochs=4, optim__lr=0.03)
    fork = store.create(wanted, parent=parent.id, checkpoint=parent.last_checkpoint())
    execute(fork, threads=1)
    found = replay(fork)
    assert found.equal
    assert (found.steps, found.edits) == (78, 1)
    (fork.checkpoints_path / "start.pt").unlink()
    with pytest.raises(RunError, match=r"start\.pt is gone"):
        replay(fork)


def tamper(folder, step):
    """Change the recorded loss of a step by one bit."""
    lines = folder.events_path.read_text().splitlines()
    for place, line in enumerate(lines):
        record = json.loads(line)
        if record["event"] != "steps":
            continue
        place_in = step - record["first"]
        if 0 <= place_in < len(record["losses"]):
            loss = np.float32(record["losses"][place_in])
            record["losses"][place_in] = float(np.nextafter(loss, np.float32(9)))
            lines[place] = json.dumps(record)
    folder.events_path.write_text("\n".join(lines) + "\n")


def test_one_bit_of_one_loss_is_found(store):
    folder = store.create(config(train__epochs=1))
    execute(folder, threads=1)
    tamper(folder, 17)
    found = replay(folder)
    assert not found.equal
    assert found.difference is not None
    assert found.difference.step == 17
    assert found.difference.recorded > found.difference.replayed
    assert found.weights_equal is None


def test_other_weights_are_found(store):
    folder = store.create(config(train__epochs=1))
    execute(folder, threads=1)
    path = folder.last_checkpoint()
    saved = torch.load(path, weights_only=True)
    saved["model_state_dict"]["fc2.bias"][3] += 1e-6
    torch.save(saved, path)
    found = replay(folder)
    assert found.difference is None
    assert found.weights_equal is False
    assert not found.equal


def test_a_run_that_was_killed_is_replayed_as_far_as_it_is_known(store):
    folder = store.create(config(train__epochs=2))

    def die(event):
        if isinstance(event, EpochDone):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(folder, threads=1, observe=die)
    found = replay(folder)
    assert found.equal
    assert found.steps == 39
    assert found.weights_equal is None  # it had no time for a checkpoint


def test_other_images_are_a_sentence(store, monkeypatch):
    folder = store.create(config(train__epochs=1))
    execute(folder, threads=1)
    monkeypatch.setattr(
        "mlcore.replay.replayer.load", lambda *wanted: replace(load(*wanted), fingerprint="another")
    )
    with pytest.raises(DataError, match="are not those"):
        replay(folder)


def test_a_run_without_a_step_cannot_be_replayed(store):
    with pytest.raises(RunError, match="has done no step yet"):
        replay(store.create(config()))


@pytest.mark.mnist
def test_a_run_on_mnist_with_edits_is_the_same_to_the_last_bit(store, mnist_root):
    folder = store.create(
        config(data__name="mnist", data__root=str(mnist_root), data__batch_size=256)
    )
    assert isinstance(
        execute(folder, threads=2, observe=edit_at(folder, EDITS, every=90)), Finished
    )
    found = replay(folder)
    assert found.equal
    assert found.weights_equal
    assert found.edits == len(EDITS)
