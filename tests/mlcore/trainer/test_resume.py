"""A run that was stopped anywhere and resumed equals the uninterrupted run to the last bit."""

import io

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcore.commands import Edit, RunSteps, Stop
from mlcore.config import RunConfig
from mlcore.trainer import Trainer

ANY = st.from_type(RunConfig)


def through_a_file(snapshot):
    file = io.BytesIO()
    torch.save(snapshot, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def losses_of(events):
    return [loss for e in events if e.kind == "steps" for loss in e.losses]


def at_step(trainer_of, step, command):
    """A trainer that meets a command when exactly so many steps are done."""
    sent = [RunSteps(count=step)] if step else [command]

    def commands():
        if sent:
            return [sent.pop()]
        return [command] if trainer.step == step else []

    trainer = trainer_of(commands)
    return trainer


def stopped_and_resumed(plain, config, stop):
    data = plain.data(config.data, config.train.seed)
    first = at_step(lambda commands: Trainer(config, data, commands=commands), stop, Stop())
    before = list(first.events())
    assert before[-1].kind == "stopped"
    assert before[-1].step == stop
    state = through_a_file(first.snapshot())
    torch.rand(7)  # another process has another random state
    second = Trainer(config, data, state=state)
    torch.rand(7)
    after = list(second.events())
    return losses_of(before) + losses_of(after), second, before, after


def check(plain, config, stop):
    losses, whole, events = plain.run(config)
    again, resumed, before, after = stopped_and_resumed(plain, config, stop % (len(losses) + 1))
    assert again == losses
    assert plain.same_weights(resumed, whole.model)
    # the figures of the epochs are the same, but for the time they took
    figures = [
        (e.epoch, e.step, e.train_loss, e.validation_loss, e.lr)
        for e in events
        if e.kind == "epoch"
    ]
    assert figures == [
        (e.epoch, e.step, e.train_loss, e.validation_loss, e.lr)
        for e in before + after
        if e.kind == "epoch"
    ]
    assert after[-1].test_loss == events[-1].test_loss
    assert after[-1].early == events[-1].early


@settings(max_examples=25, deadline=None, derandomize=True)
@given(config=ANY, patience=st.sampled_from([0, 1]), stop=st.integers(0, 10_000))
def test_stopped_at_any_step_a_run_goes_on_as_if_it_had_not_been(plain, config, patience, stop):
    if config.data.validation:
        config = config.with_values({"train.patience": patience})
    check(plain, config, stop)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=500, deadline=None, derandomize=True)
@given(config=ANY, patience=st.sampled_from([0, 1]), stop=st.integers(0, 10_000))
def test_so_it_does_with_hundreds_of_settings(plain, config, patience, stop):
    if config.data.validation:
        config = config.with_values({"train.patience": patience})
    check(plain, config, stop)


@pytest.mark.parametrize(
    "changes",
    [
        {"optim.schedule": "step", "optim.gamma": 0.5},
        {"optim.schedule": "cosine", "optim.min_lr": 0.0003},
        {"optim.schedule": "plateau", "optim.plateau_patience": 0},
        {"optim.schedule": "one_cycle", "data.batch_size": 20},
        {"train.epochs": 3, "optim.lr": 0.02},
    ],
)
@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "plateau", "one_cycle"])
def test_after_an_edit_too_the_schedule_goes_on_where_it_was(plain, schedule, changes):
    config = RunConfig.from_flat(
        {
            "data.name": "digits",
            "data.train_limit": 100,
            "data.batch_size": 33,
            "optim.momentum": 0.9,
            "optim.lr": 0.05,
            "optim.schedule": schedule,
            "train.epochs": 5,
        }
    )
    data = plain.data(config.data, 0)

    def edited(stop):
        """A trainer that is edited after 5 steps and stops after `stop`."""
        due = [(5, Edit(changes=changes)), (stop, Stop())]

        def commands():
            ready = [command for step, command in due if step <= trainer.step]
            del due[: len(ready)]
            return [*ready, RunSteps(count=1)]

        trainer = Trainer(config, data, commands=commands)
        return trainer

    whole = edited(10_000)
    losses = losses_of(whole.events())
    assert len(losses) > 11
    for stop in (6, 8, 11):
        first = edited(stop)
        before = losses_of(first.events())
        second = Trainer(RunConfig(), data, state=through_a_file(first.snapshot()))
        assert before + losses_of(second.events()) == losses
        assert plain.same_weights(second, whole.model)


def test_the_tutorials_form_can_be_trained_on_with_every_schedule(plain):
    config = RunConfig.from_flat({"data.name": "digits", "train.epochs": 1, "optim.momentum": 0.9})
    _, trainer, _ = plain.run(config)
    whole = trainer.snapshot()
    sparse = {"model": whole["model"], "optimizer": whole["optimizer"], "epoch": 1, "loss": 0.5}
    for schedule in ("step", "cosine", "plateau", "one_cycle"):
        more = config.with_values({"optim.schedule": schedule, "train.epochs": 3})
        *_, finished = Trainer(more, plain.data(config.data, 0), state=sparse).events()
        assert finished.epoch == 3


def test_a_run_may_change_hands_between_steppers(plain):
    config = RunConfig.from_flat(
        {"data.name": "digits", "data.train_limit": 200, "optim.name": "adam", "train.epochs": 2}
    )
    losses, whole, _ = plain.run(config)
    data = plain.data(config.data, 0)
    first = at_step(lambda commands: Trainer(config, data, commands=commands), 3, Stop())
    before = list(first.events())
    state = through_a_file(first.snapshot())
    state["config"]["train"]["stepper"] = "autograd"
    second = Trainer(config, data, state=state)
    assert losses_of(before) + losses_of(second.events()) == losses
    assert plain.same_weights(second, whole.model)


def test_weights_and_optimizer_alone_are_enough_to_start_from(plain):
    config = RunConfig.from_flat({"data.name": "digits", "train.epochs": 2})
    _, trainer, _ = plain.run(config)
    whole = trainer.snapshot()
    sparse = {"model": whole["model"], "optimizer": whole["optimizer"], "epoch": 1, "loss": 0.5}
    started, *_, finished = Trainer(config, plain.data(config.data, 0), state=sparse).events()
    assert (started.step, started.epoch) == (started.steps_per_epoch, 1)
    assert finished.epoch == 2


def test_a_finished_run_finishes_again_with_the_same_figures(plain):
    config = RunConfig.from_flat({"data.name": "digits", "train.epochs": 1})
    _, trainer, events = plain.run(config)
    again = list(Trainer(config, plain.data(config.data, 0), state=trainer.snapshot()).events())
    assert [e.kind for e in again] == ["started", "finished"]
    assert again[-1].test_loss == events[-1].test_loss


def test_a_snapshot_may_be_taken_at_every_event(plain):
    config = RunConfig.from_flat(
        {"data.name": "digits", "data.train_limit": 300, "train.epochs": 2, "model.dropout": 0.2}
    )
    losses, whole, _ = plain.run(config)
    data = plain.data(config.data, 0)
    trainer, done = Trainer(config, data), []
    for event in trainer.events():
        done += losses_of([event])
        random_state = torch.get_rng_state()
        resumed = Trainer(config, data, state=through_a_file(trainer.snapshot()))
        assert done + losses_of(resumed.events()) == losses
        assert plain.same_weights(resumed, whole.model)
        torch.set_rng_state(random_state)
