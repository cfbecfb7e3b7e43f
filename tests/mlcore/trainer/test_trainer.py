"""A training run says what happens and does what it is told, between two steps."""

import itertools
import math

import pytest
import torch

from mlcore import trainer as room
from mlcore.commands import Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.config import RunConfig, changes_between
from mlcore.errors import DivergedError, SettingsError
from mlcore.evaluation import evaluate
from mlcore.events import Continued, EditRefused, EpochDone, Finished, Paused, StepsDone, Stopped
from mlcore.trainer import Trainer, train

SMALL = {"data.name": "digits", "data.train_limit": 160, "data.batch_size": 32, "train.epochs": 3}


def small(**values):
    return RunConfig.from_flat(SMALL | {k.replace("__", "."): v for k, v in values.items()})


class Steered:
    """A trainer and the commands it meets when exactly so many steps are done."""

    def __init__(self, plain, config, orders, state=None):
        stops = sorted({0 if state is None else state["step"], *orders})
        # Run up to the next stop and no further; the last goes on to the end.
        ways = [RunSteps(count=b - a) for a, b in itertools.pairwise(stops)] + [Continue()]
        self.orders = {
            step: [*orders.get(step, []), way] for step, way in zip(stops, ways, strict=True)
        }
        data = plain.data(config.data, config.train.seed)
        self.trainer = Trainer(config, data, commands=self.commands, state=state)

    def commands(self):
        return self.orders.pop(self.trainer.step, [])

    def events(self):
        return list(self.trainer.events())


def losses_of(events):
    return [loss for e in events if e.kind == "steps" for loss in e.losses]


def test_a_run_tells_its_steps_and_epochs_in_order(plain):
    losses, trainer, events = plain.run(small())
    assert [e.kind for e in events if e.kind != "steps"] == ["started", *["epoch"] * 3, "finished"]
    assert len(losses) == 15 == trainer.step
    following = 1
    for event in events:
        if event.kind == "steps":
            assert event.first == following
            assert (event.first - 1) // 5 == (event.first + len(event.losses) - 2) // 5
            assert event.epoch == (event.first - 1) // 5 + 1
            following += len(event.losses)
    epochs = [e for e in events if isinstance(e, EpochDone)]
    for number, epoch in enumerate(epochs):
        assert epoch.train_loss == sum(losses[5 * number : 5 * number + 5]) / 5
        assert epoch.step == 5 * number + 5
        assert epoch.validation_loss is None
        assert epoch.images_per_second == pytest.approx(160 / epoch.seconds)


def test_the_beginning_says_what_will_train(plain):
    started = plain.run(small(data__validation=20))[2][0]
    assert (started.step, started.epoch, started.epochs) == (0, 0, 3)
    assert (started.train_images, started.validation_images) == (140, 20)
    assert started.parameters == 109_386
    assert started.device == "cpu"
    assert started.threads == torch.get_num_threads()
    assert started.stepper == "written_out"


def test_the_end_tells_how_the_model_does_on_the_test_set(plain):
    config = small()
    _, trainer, events = plain.run(config)
    data = plain.data(config.data, 0)
    test = evaluate(trainer.model, data.test, data)
    assert isinstance(events[-1], Finished)
    assert (events[-1].test_loss, events[-1].test_accuracy) == (test.loss, test.accuracy)


def test_held_out_images_are_validated_on_after_every_epoch(plain):
    config = small(data__validation=40, train__epochs=1)
    _, trainer, events = plain.run(config)
    data = plain.data(config.data, 0)
    held_out = evaluate(trainer.model, data.validation, data)
    epoch = next(e for e in events if isinstance(e, EpochDone))
    assert (epoch.validation_loss, epoch.validation_accuracy) == (held_out.loss, held_out.accuracy)


def test_stop_ends_the_run_at_the_very_step_and_keeps_the_model(plain):
    run = Steered(plain, small(), {7: [Stop(reason="shutdown")]})
    events = run.events()
    assert events[-1] == Stopped(step=7, epoch=1, reason="shutdown")
    assert losses_of(events) == plain.run(small())[0][:7]
    snapshot = run.trainer.snapshot()
    assert (snapshot["step"], snapshot["epoch"], snapshot["position"]) == (7, 1, 2)
    assert snapshot["loss"] == pytest.approx(sum(losses_of(events)[5:]) / 2)


def test_a_paused_run_waits_and_goes_on_unchanged(plain):
    run = Steered(plain, small(), {4: [Pause(), Continue()]})
    events = run.events()
    paused = events.index(Paused(step=4, epoch=0))
    assert events[paused + 1] == Continued(step=4, epoch=0)
    assert losses_of(events) == plain.run(small())[0]


def test_single_steps_and_single_epochs_end_in_a_pause(plain):
    orders = iter([[Pause()], [RunSteps(count=2)], [RunEpoch()], [RunEpoch()], [Stop()]])
    trainer = None

    def commands():
        # one at a time, each only once the trainer waits
        return next(orders) if trainer.step == 0 or waiting else []

    waiting = False
    config = small()
    trainer = Trainer(config, plain.data(config.data, 0), commands=commands)
    pauses = []
    for event in trainer.events():
        waiting = isinstance(event, Paused)
        if waiting:
            pauses.append((event.step, event.epoch))
    assert pauses == [(0, 0), (2, 0), (5, 1), (10, 2)]
    assert isinstance(event, Stopped)


def test_an_edit_holds_from_its_step_on_and_says_what_was_before(plain):
    run = Steered(plain, small(), {6: [Edit(changes={"optim.lr": 0.05, "optim.momentum": 0.9})]})
    events = run.events()
    edited = next(e for e in events if e.kind == "edited")
    assert (edited.step, edited.epoch) == (6, 1)
    assert edited.changes == {"optim.lr": 0.05, "optim.momentum": 0.9}
    assert edited.before == {"optim.lr": 0.003, "optim.momentum": 0.0}
    plainly = plain.run(small())[0]
    assert losses_of(events)[:7] == plainly[:7]
    assert losses_of(events)[7] != plainly[7]
    assert [e.lr for e in events if e.kind == "epoch"] == [0.003, 0.05, 0.05]
    assert run.trainer.config.optim.lr == 0.05


EDITS = [
    {"optim.lr": 0.02},
    {"optim.momentum": 0.8, "optim.nesterov": True},
    {"optim.weight_decay": 0.05},
    {"optim.clip_norm": 0.1},
    {"optim.schedule": "cosine", "optim.min_lr": 0.0001},
    {"optim.schedule": "one_cycle", "optim.warmup": 0.25},
    {"optim.schedule": "step", "optim.gamma": 0.5},
    {"optim.schedule": "plateau", "optim.plateau_patience": 0},
    {"train.epochs": 5},
    {"train.epochs": 1},
    {"data.batch_size": 11},
]


@pytest.mark.parametrize("changes", EDITS, ids=str)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_the_same_edits_give_the_same_numbers_also_after_a_resume(plain, changes, optimizer):
    if optimizer != "sgd" and "optim.nesterov" in changes:
        changes = {"optim.weight_decay": 0.001}
    if optimizer == "rmsprop" and "optim.weight_decay" in changes:
        changes = {"optim.momentum": 0.9}
    config = small(optim__name=optimizer, model__dropout=0.1)
    whole = Steered(plain, config, {6: [Edit(changes=changes)]})
    losses = losses_of(whole.events())
    first = Steered(plain, config, {6: [Edit(changes=changes)], 8: [Stop()]})
    before = first.events()
    assert any(e.kind == "edited" for e in before)
    second = Trainer(config, plain.data(config.data, 0), state=first.trainer.snapshot())
    assert losses_of(before) + losses_of(second.events()) == losses
    assert plain.same_weights(second, whole.trainer.model)


def test_a_schedule_stands_where_it_would_stand_had_it_held_from_the_start(plain):
    changes = {"optim.schedule": "cosine", "optim.lr": 0.02}
    run = Steered(plain, small(train__epochs=4), {7: [Edit(changes=changes)]})
    edited = [e.lr for e in run.events() if e.kind == "epoch"]
    always = plain.run(small(train__epochs=4, optim__schedule="cosine", optim__lr=0.02))[2]
    assert edited[1:] == [e.lr for e in always if e.kind == "epoch"][1:]


def test_a_plateau_keeps_the_rate_it_came_down_to_when_something_else_is_edited(plain):
    config = small(
        optim__schedule="plateau",
        optim__plateau_patience=0,
        optim__lr=1e-6,
        model__dropout=0.9,
        train__epochs=8,
    )
    rates = [e.lr for e in plain.run(config)[2] if e.kind == "epoch"]
    run = Steered(plain, config, {37: [Edit(changes={"optim.weight_decay": 1e-9})]})
    edited = [e.lr for e in run.events() if e.kind == "epoch"]
    assert edited == rates
    assert rates[-1] < rates[0]


def test_a_batch_size_takes_what_is_left_of_the_epoch(plain):
    run = Steered(plain, small(train__epochs=2), {3: [Edit(changes={"data.batch_size": 10})]})
    epochs = [e for e in run.events() if e.kind == "epoch"]
    # 3 steps of 32, then the other 64 images in sevens of 10, the last of 4; then 16 of 10
    assert [e.step for e in epochs] == [3 + 7, 10 + 16]
    assert epochs[0].images_per_second == pytest.approx(160 / epochs[0].seconds)


def test_fewer_epochs_end_the_run_with_the_epoch_under_way(plain):
    events = Steered(plain, small(), {7: [Edit(changes={"train.epochs": 1})]}).events()
    assert isinstance(events[-1], Finished)
    assert (events[-1].step, events[-1].epoch) == (10, 2)


@pytest.mark.parametrize("drop_last", [False, True])
def test_every_start_and_edit_says_how_many_steps_the_run_will_have(plain, drop_last):
    orders = {
        0: [Edit(changes={"train.epochs": 4})],
        7: [Edit(changes={"data.batch_size": 48})],
        8: [Edit(changes={"data.batch_size": 30, "optim.lr": 0.1})],
        15: [Edit(changes={"train.epochs": 5})],
        17: [Edit(changes={"train.epochs": 1}), Edit(changes={"train.epochs": 6}), Stop()],
    }
    steered = Steered(plain, small(data__drop_last=drop_last), orders)
    events = steered.events()
    said = [(e.step, e.total_steps) for e in events if e.kind in ("started", "edited")]
    # 160 images: an epoch of 5 steps; one of 2 × 32, 48, and 48 or less in batches of 30; then 30.
    whole, rest = (5, 1) if drop_last else (6, 2)
    second = 5 + 2 + 1 + rest
    assert said == [
        (0, 15),
        (0, 20),
        (7, 5 + 2 + 2 + 2 * (3 if drop_last else 4)),
        (8, second + 2 * whole),
        (15, second + 3 * whole),
        (17, second + 2 * whole),  # the fourth epoch is brought to its end
        (17, second + 4 * whole),
    ]
    rest_of_it = Trainer(
        steered.trainer.config,
        plain.data(steered.trainer.config.data, 0),
        state=steered.trainer.snapshot(),
    )
    started, *_, finished = rest_of_it.events()
    assert (started.total_steps, started.steps_per_epoch) == (said[-1][1], whole)
    assert finished.step == said[-1][1]


def test_a_finished_run_can_be_extended(plain):
    config = small()
    _, trainer, _ = plain.run(config)
    more = Steered(
        plain, config, {15: [Edit(changes={"train.epochs": 5})]}, state=trainer.snapshot()
    )
    events = more.events()
    assert [e.kind for e in events if e.kind != "steps"] == [
        "started", "edited", "epoch", "epoch", "finished",
    ]  # fmt: skip
    assert more.trainer.step == 25


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model.hidden": (5,)}, "`model.hidden` is fixed once a run has started"),
        ({"optim.lr": -1}, "`optim.lr` must be a number above 0"),
        ({"optim.speed": 1}, "`optim.speed` is no setting"),
        ({"data.batch_size": 159}, "`model.batch_norm` needs two images or more"),
        ({"train.patience": 3}, "`train.patience` needs images to validate on"),
        ({"optim.schedule": "one_cycle", "optim.warmup": 1 / 15}, "`optim.warmup` must give"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    plain, changes, sentence
):
    config = small(model__batch_norm=True)
    run = Steered(plain, config, {6: [Edit(changes=changes)]})
    events = run.events()
    refused = next(e for e in events if isinstance(e, EditRefused))
    assert sentence in refused.message
    assert refused.step == 6
    assert losses_of(events) == plain.run(config)[0]
    assert run.trainer.config == config


def test_changes_between_two_configs_are_the_edit_that_leads_there():
    before = small()
    after = before.with_values({"optim.lr": 0.1, "train.epochs": 9, "train.seed": 5})
    assert changes_between(before, after) == {"optim.lr": 0.1, "train.epochs": 9}


def test_a_loss_that_is_not_finite_ends_the_run_with_its_step_and_advice(plain):
    config = small(optim__lr=100.0, optim__weight_decay=10.0, train__epochs=50)
    trainer = Trainer(config, plain.data(config.data, 0))
    seen = []
    with pytest.raises(DivergedError, match="learning rate of 100") as caught:
        seen.extend(trainer.events())
    losses = losses_of(seen)
    assert all(map(math.isfinite, losses))
    assert f"at step {len(losses) + 1} with" in str(caught.value)
    assert "`optim.lr`" in str(caught.value)
    with pytest.raises(DivergedError):
        trainer.snapshot()


def test_early_stopping_ends_a_run_whose_validation_loss_has_stopped_falling(plain):
    config = small(data__validation=40, train__epochs=60, train__patience=2, optim__name="adam",
                   optim__lr=0.02)  # fmt: skip
    _, _, events = plain.run(config)
    losses = [e.validation_loss for e in events if isinstance(e, EpochDone)]
    assert events[-1].early
    assert len(losses) < 60
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 2


def test_batch_norm_is_not_trained_on_a_single_image(plain):
    config = small(model__batch_norm=True, data__train_limit=161)
    with pytest.raises(SettingsError, match="needs two images or more in every batch"):
        Trainer(config, plain.data(config.data, 0))
    plain.run(config.with_values({"data.drop_last": True}))


def test_losses_are_handed_out_in_batches_not_one_by_one(plain):
    config = small(data__batch_size=1, data__train_limit=400, train__epochs=1)
    events = plain.run(config)[2]
    flushes = [e for e in events if isinstance(e, StepsDone)]
    assert sum(len(e.losses) for e in flushes) == 400
    seconds = next(e.seconds for e in events if isinstance(e, EpochDone))
    assert len(flushes) <= seconds / 0.05 + 2  # every 50 ms, and at the epoch's end


def test_train_does_it_all_from_settings_alone():
    kinds = [event.kind for event in train(small(train__epochs=1))]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"


def test_the_room_names_what_it_offers():
    assert all(hasattr(room, name) for name in room.__all__)
