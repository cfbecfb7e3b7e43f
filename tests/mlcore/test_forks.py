"""Forks: a run that branches off goes on as its parent did, unless it is told otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mlcore.commands import Edit, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import Paused
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import History, RunStore, send
from mlcore.runs.library.forks import find_fork_point, fork_points

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 32,
    "data.validation": 200,
    "model.hidden": [16],
    "model.dropout": 0.2,
    "optim.lr": 0.1,
    "optim.momentum": 0.9,
    "train.epochs": 3,
    "train.device": "cpu",
}
PER_EPOCH = 39  # steps
ADAM = {"optim.name": "adam", "optim.momentum": 0.0, "optim.lr": 0.01, "optim.schedule": "cosine"}


@pytest.fixture
def store(tmp_path):
    threads = torch.get_num_threads()
    yield RunStore(tmp_path / "runs")
    torch.set_num_threads(threads)


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def trained(store, changes=None, observe=lambda _: None):
    """The history of a run that has trained to its end."""
    folder = store.create(RunConfig.from_flat(SETTINGS | (changes or {})))
    execute(folder, threads=1, observe=observe)
    return history_of(folder)


def forked(store, parent, point, changes=None):
    """The history of a fork that has trained to its end."""
    config = point.with_settings(changes or {})
    folder = store.create(config, parent=parent.folder.id, checkpoint=point.file)
    execute(folder, threads=1)
    return history_of(folder)


def same(ours, theirs):
    return ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("changes", [{}, ADAM], ids=["sgd", "adam"])
@pytest.mark.parametrize("epoch", [1, 2])
def test_a_fork_with_the_same_settings_goes_on_as_its_parent_did(store, changes, epoch):
    parent = trained(store, changes)
    fork = forked(store, parent, find_fork_point(parent, epoch=epoch))
    begin = epoch * PER_EPOCH
    assert np.isnan(fork.steps[:begin]).all()
    assert same(fork.steps[begin:], parent.steps[begin:])
    assert fork.epochs[-1].validation_loss == parent.epochs[-1].validation_loss
    assert fork.outcome.test_loss == parent.outcome.test_loss
    assert fork.folder.meta["parent"]["run"] == parent.folder.id
    assert fork.edits == []
    assert replay(fork.folder).equal


def test_a_fork_with_another_rate_begins_with_an_edit_at_its_step(store):
    parent = trained(store)
    fork = forked(store, parent, find_fork_point(parent, epoch=2), {"optim.lr": 0.01})
    (edit,) = fork.edits
    assert (edit.step, dict(edit.changes)) == (2 * PER_EPOCH, {"optim.lr": 0.01})
    begin = 2 * PER_EPOCH
    assert fork.steps[begin] == parent.steps[begin]  # the loss before the weights differ
    assert not same(fork.steps[begin:], parent.steps[begin:])
    assert replay(fork.folder).equal


def test_the_same_initial_weights_take_other_settings(store):
    parent = trained(store)
    first = find_fork_point(parent, initial=True)
    again = forked(store, parent, first)
    assert same(again.steps, parent.steps)
    other = forked(store, parent, first, {"optim.lr": 0.01, "train.epochs": 1})
    assert other.steps[0] == parent.steps[0]
    assert other.steps[1] == parent.steps[1] or other.steps[2] != parent.steps[2]
    assert not same(other.steps, parent.steps[:PER_EPOCH])
    assert other.folder.meta["parent"] == {"run": parent.folder.id, "checkpoint": None}
    assert replay(other.folder).equal


def test_the_initial_weights_of_a_fork_are_those_it_was_given(store):
    parent = trained(store)
    fork = forked(store, parent, find_fork_point(parent, epoch=2), {"train.epochs": 4})
    again = forked(store, fork, find_fork_point(fork, initial=True))
    assert same(again.steps, fork.steps)


def test_a_point_has_the_edits_that_were_made_before_it_and_no_later_ones(store):
    edits = [{"optim.lr": 0.05}, {"data.batch_size": 48}]

    def observe(event):
        if isinstance(event, Paused):
            folder = store.get(store.list()[0].id)
            if edits:
                send(folder, Edit(changes=edits.pop(0)))
                send(folder, RunSteps(count=10))
            else:
                send(folder, Stop())

    folder = store.create(RunConfig.from_flat(SETTINGS))
    send(folder, RunSteps(count=10))
    execute(folder, threads=1, observe=observe)
    parent = history_of(folder)
    _, *saved = fork_points(parent)
    assert [point.step for point in saved] == [10, 20, 30]
    assert [point.config.optim.lr for point in saved] == [0.1, 0.05, 0.05]
    assert [point.config.data.batch_size for point in saved] == [32, 32, 48]
    fork = forked(store, parent, find_fork_point(parent, step=20))
    assert same(fork.steps[20:23], parent.steps[20:20]) is False
    assert fork.config.data.batch_size == 32
    assert replay(fork.folder).equal
    whole = forked(store, parent, find_fork_point(parent, step=10))
    assert whole.config.optim.lr == 0.1
    assert same(whole.steps[10:39], trained(store).steps[10:39])


def test_another_optimizer_takes_the_weights_alone(store):
    parent = trained(store)
    point = find_fork_point(parent, epoch=2)
    config = point.with_settings(ADAM | {"train.epochs": 1})
    assert (point.epochs_kept(config), point.epochs_kept(point.config)) == (0, 2)
    fork = forked(store, parent, point, ADAM | {"train.epochs": 1})
    assert (fork.started.step, fork.step) == (0, PER_EPOCH)
    anew = trained(store, ADAM | {"train.epochs": 1})
    assert fork.steps[0] != anew.steps[0]  # other weights, the same first batch
    assert replay(fork.folder).equal


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"model.hidden": [8]},
            r"`model\.hidden` decides on the initial weights and stays \(16,\)",
        ),
        ({"train.seed": 5}, r"`train\.seed` decides on the initial weights"),
        ({"data.name": "emnist_letters"}, r"`data\.name` cannot be 'emnist_letters'"),
    ],
)
def test_initial_weights_that_would_not_be_the_same_are_refused(store, changes, says):
    parent = history_of(store.create(RunConfig.from_flat(SETTINGS | {"data.validation": 0})))
    with pytest.raises(SettingsError, match=says):
        find_fork_point(parent, initial=True).with_settings(changes)


def test_a_checkpoint_that_is_not_kept_is_named_with_those_that_are(store):
    parent = trained(store, {"train.epochs": 2})
    with pytest.raises(RunError, match=r"no checkpoint of the end of epoch 7: there is 1 and 2\."):
        find_fork_point(parent, epoch=7)
    with pytest.raises(RunError, match=r"no checkpoint of step 5: there is 39 and 78\."):
        find_fork_point(parent, step=5)
    assert find_fork_point(parent, step=0) == find_fork_point(parent, initial=True)
    new = history_of(store.create(RunConfig.from_flat(SETTINGS)))
    with pytest.raises(RunError, match="has written no checkpoint yet"):
        find_fork_point(new)
    assert find_fork_point(new, initial=True).file is None
