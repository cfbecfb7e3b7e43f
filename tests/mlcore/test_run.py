"""A run goes from its folder to its end, and on from its last checkpoint."""

import os
import signal
import threading

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.commands import Edit, Pause, Stop
from mlcore.config import RunConfig
from mlcore.errors import DivergedError, RunError
from mlcore.events import (
    CheckpointSaved,
    EpochDone,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Started,
    StepsDone,
    Stopped,
)
from mlcore.run import execute
from mlcore.runs import History, Recorder, RunStore, ask_resume, send
from mlcore.trainer import Trainer, load_data

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [16],
    "optim.name": "adam",
    "train.epochs": 3,
    "train.device": "cpu",
    "train.threads": 1,
}


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def config(**changes):
    return RunConfig.from_flat(
        SETTINGS | {name.replace("__", "."): v for name, v in changes.items()}
    )


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def stop_at(folder, step):
    """An observer that asks a run to stop once so many steps are recorded."""

    def observe(event):
        if isinstance(event, StepsDone) and event.first <= step:
            send(folder, Stop())

    return observe


def weights_of(folder):
    return checkpoint.load(folder.last_checkpoint()).model


def test_a_run_finishes_and_its_folder_tells_all(store):
    folder = store.create(config())
    told = []
    ending = execute(folder, observe=told.append)
    assert isinstance(ending, Finished)
    assert told[-1] == ending
    assert isinstance(told[0], Started)
    history = history_of(folder)
    assert history.state == "finished"
    assert history.outcome == ending
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3]
    assert len(history.steps) == history.step == ending.step
    assert [type(event) for event in told[-3:]] == [CheckpointSaved, CheckpointSaved, Finished]
    assert [note.reason for note in history.checkpoints] == ["initial", *["epoch"] * 3, "finished"]
    assert not np.isnan(history.steps).any()
    saved = checkpoint.load(folder.last_checkpoint())
    assert (saved.form, saved.step, saved.epoch) == ("full", ending.step, 3)
    assert saved.data is not None
    assert saved.data["name"] == "digits"


def test_a_recorded_run_equals_the_bare_trainer(store):
    folder = store.create(config())
    execute(folder)
    torch.set_num_threads(1)
    trainer = Trainer(config(), load_data(config()))
    losses = [
        loss for event in trainer.events() if isinstance(event, StepsDone) for loss in event.losses
    ]
    np.testing.assert_array_equal(history_of(folder).steps, np.array(losses, dtype=np.float32))
    for name, weight in weights_of(folder).items():
        assert torch.equal(weight, trainer.model.state_dict()[name])


def test_a_stopped_and_resumed_run_equals_the_uninterrupted_one(store):
    whole, broken = store.create(config()), store.create(config())
    execute(whole)
    stopped = execute(broken, observe=stop_at(broken, 30))
    assert isinstance(stopped, Stopped)
    assert 0 < stopped.step < history_of(whole).step
    assert broken.last_checkpoint().name == f"step-{stopped.step:08d}.pt"
    ask_resume(broken)
    assert isinstance(execute(broken), Finished)
    one, two = history_of(whole), history_of(broken)
    np.testing.assert_array_equal(one.steps, two.steps)
    assert [e.train_loss for e in one.epochs] == [e.train_loss for e in two.epochs]
    for name, weight in weights_of(whole).items():
        assert torch.equal(weight, weights_of(broken)[name])


def test_the_untrained_network_is_kept_and_the_run_resumed_from_it_is_the_same(store):
    whole = store.create(config())
    execute(whole)
    first = whole.checkpoints()[0]
    assert first.name == "step-00000000.pt"
    found = checkpoint.load(first)
    assert (found.step, found.epoch) == (0, 0)
    untrained = Trainer(whole.config, load_data(whole.config)).model.state_dict()
    assert all(torch.equal(found.model[name], untrained[name]) for name in untrained)

    again = store.create(config())
    (again.checkpoints_path / first.name).write_bytes(first.read_bytes())
    execute(again)
    one, other = history_of(whole), history_of(again)
    assert one.steps.tobytes() == other.steps.tobytes()
    ours, theirs = weights_of(whole), weights_of(again)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert "initial" not in [note.reason for note in other.checkpoints]  # it was there


def test_a_run_that_begins_from_a_file_keeps_that_alone(store):
    parent = store.create(config(train__epochs=1))
    execute(parent)
    fork = store.create(config(optim__name="sgd"), checkpoint=parent.last_checkpoint())
    execute(fork)
    assert [path.name for path in fork.checkpoints()][:2] == ["start.pt", "step-00000020.pt"]


def test_an_edit_that_ended_the_losses_is_not_made_again(store):
    folder = store.create(config(optim__name="sgd", train__epochs=4))
    edits = [Edit(changes={"optim.lr": 100.0, "optim.weight_decay": 1.0})]

    def observe(event):
        if isinstance(event, EpochDone) and edits:
            send(folder, edits.pop())

    assert isinstance(execute(folder, observe=observe), Failed)
    history = history_of(folder)
    assert history.edits
    assert isinstance(history.error, DivergedError)  # as the record has it, its loss not a number
    ask_resume(folder)
    assert isinstance(execute(folder), Finished)
    assert history_of(folder).edits == []


def test_a_finished_run_is_extended_by_an_edit(store):
    folder = store.create(config(train__epochs=2))
    execute(folder)
    ask_resume(folder, {"train.epochs": 4})
    ending = execute(folder)
    assert isinstance(ending, Finished)
    assert ending.epoch == 4
    history = history_of(folder)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4]
    assert [(edit.epoch, edit.changes) for edit in history.edits] == [(2, {"train.epochs": 4})]
    assert len(history.steps) == ending.step


def test_a_fork_goes_on_exactly_where_its_checkpoint_was(store):
    whole = store.create(config(train__epochs=4))
    execute(whole)
    first = store.create(config(train__epochs=2))
    execute(first)
    fork = store.create(
        config(train__epochs=4), parent=first.id, checkpoint=first.last_checkpoint()
    )
    ending = execute(fork)
    assert isinstance(ending, Finished)
    begin, history = history_of(first).step, history_of(fork)
    assert history.started is not None
    assert history.started.step == begin
    np.testing.assert_array_equal(history.steps[begin:], history_of(whole).steps[begin:])
    assert history.edits[0].changes == {"train.epochs": 4}


def test_a_fork_with_another_optimizer_takes_the_weights_alone(store):
    first = store.create(config(train__epochs=1))
    execute(first)
    fork = store.create(config(optim__name="sgd"), checkpoint=first.last_checkpoint())
    ending = execute(fork)
    assert isinstance(ending, Finished)
    assert ending.epoch == 3
    assert history_of(fork).epochs[0].train_loss < history_of(first).epochs[0].train_loss


def test_the_common_form_of_a_checkpoint_brings_weights_optimizer_and_epoch(store, tmp_path):
    first = store.create(config(train__epochs=1))
    execute(first)
    saved = checkpoint.load(first.last_checkpoint())
    file = tmp_path / "common.pt"
    torch.save(
        {
            "epoch": 1,
            "model_state_dict": saved.model,
            "optimizer_state_dict": saved.optimizer,
            "loss": 1.0,
        },
        file,
    )
    fork = store.create(config(train__epochs=2, optim__lr=0.02), checkpoint=file)
    assert isinstance(execute(fork), Finished)
    history = history_of(fork)
    assert [epoch.epoch for epoch in history.epochs] == [2]
    assert history.epochs[0].lr == 0.02
    other = store.create(config(optim__name="rmsprop", train__epochs=1), checkpoint=file)
    assert isinstance(execute(other), Finished)
    assert [epoch.epoch for epoch in history_of(other).epochs] == [1]  # from the weights alone


def test_a_checkpoint_of_another_model_is_refused_in_a_sentence(store):
    first = store.create(config(train__epochs=1))
    execute(first)
    fork = store.create(config(model__hidden=[32]), checkpoint=first.last_checkpoint())
    ending = execute(fork)
    assert isinstance(ending, Failed)
    assert "hidden layers [16]" in ending.message
    assert history_of(fork).state == "failed"


def test_commands_are_answered_with_events(store):
    folder = store.create(config())
    send(folder, Edit(changes={"optim.lr": 0.5, "train.epochs": 1}))
    send(folder, Pause())
    send(folder, Stop())
    told = []
    assert isinstance(execute(folder, observe=told.append), Stopped)
    kinds = [type(event) for event in told]
    assert kinds[0] is Started
    assert SettingsEdited in kinds
    assert kinds.index(Paused) < kinds.index(Stopped)
    assert kinds[-2:] == [CheckpointSaved, Stopped]
    saved = checkpoint.load(folder.last_checkpoint())
    assert saved.config is not None
    assert saved.config.optim.lr == 0.5


def test_a_signal_stops_the_run_with_its_checkpoint(store):
    folder = store.create(config(train__epochs=1000))

    def interrupt(event):
        if isinstance(event, StepsDone) and event.first == 1:
            os.kill(os.getpid(), signal.SIGINT)

    ending = execute(folder, observe=interrupt)
    assert isinstance(ending, Stopped)
    assert ending.reason == "shutdown"
    assert checkpoint.load(folder.last_checkpoint()).step == ending.step


def test_missing_data_fail_the_run_in_a_sentence(store, tmp_path):
    folder = store.create(config(data__name="mnist", data__root=str(tmp_path / "empty")))
    ending = execute(folder)
    assert isinstance(ending, Failed)
    assert "MNIST is not in" in ending.message
    assert not folder.error_path.exists()


def test_a_diverging_run_fails_at_the_step(store):
    folder = store.create(config(optim__name="sgd", optim__lr=100.0, optim__weight_decay=10.0))
    ending = execute(folder)
    assert isinstance(ending, Failed)
    assert ending.step > 0
    assert "step" in ending.message


def test_a_fault_of_the_program_is_a_sentence_and_a_log(store, monkeypatch):
    folder = store.create(config())

    def broken(*_, **__):
        raise TypeError("a fault.")

    monkeypatch.setattr("mlcore.run.load", broken)
    ending = execute(folder)
    assert isinstance(ending, Failed)
    assert ending.message.startswith("unexpected TypeError: a fault; this is a fault")
    assert "Traceback" in folder.error_path.read_text()


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")]
)
def test_memory_that_runs_out_is_a_sentence_with_advice(store, monkeypatch, error):
    folder = store.create(config())

    def greedy(*_, **__):
        raise error

    monkeypatch.setattr("mlcore.run.load", greedy)
    ending = execute(folder)
    assert isinstance(ending, Failed)
    assert "Memory ran out" in ending.message
    assert "smaller batch size" in ending.message


def test_a_run_that_nobody_started_again_is_left_alone(store):
    folder = store.create(config(train__epochs=1))
    execute(folder)
    before = folder.events_path.read_bytes()
    with pytest.raises(RunError, match="nobody has asked"):
        execute(folder)
    with Recorder(folder), pytest.raises(RunError, match="another process"):
        execute(folder)
    assert folder.events_path.read_bytes() == before


def test_a_run_trains_in_a_thread_too(store):
    folder = store.create(config(train__epochs=1))
    endings = []
    thread = threading.Thread(target=lambda: endings.append(execute(folder)))
    thread.start()
    thread.join()
    assert isinstance(endings[0], Finished)


def test_a_damaged_checkpoint_is_named_by_the_run_that_fails_for_it(store):
    folder = store.create(config())
    execute(folder)
    last = folder.last_checkpoint()
    os.truncate(last, 1000)
    ask_resume(folder, {"train.epochs": 4})
    ending = execute(folder)
    assert isinstance(ending, Failed)
    assert ending.message.startswith(f"{last.name}: The end of the zip file is missing")
