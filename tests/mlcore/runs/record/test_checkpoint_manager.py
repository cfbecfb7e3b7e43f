"""Checkpoints are written when they should be, and old ones go."""

import pytest

from mlcore.events import Continued, Finished, Paused, Stopped
from mlcore.runs.record.checkpoint_manager import CheckpointManager
from mlcore.runs.record.folder import checkpoint_name

FINISHED = Finished(step=9, epoch=1, test_loss=0.1, test_accuracy=0.9, seconds=1.0)


class Clock:
    """Moves when it is told to, and by `cost` seconds with each checkpoint written."""

    def __init__(self, cost=0.0):
        self.now, self.cost = 100.0, cost

    def __call__(self):
        return self.now

    def save(self, path):
        path.touch()
        self.now += self.cost


@pytest.fixture
def clock():
    return Clock()


@pytest.mark.parametrize("event", [Paused(step=9, epoch=1), Stopped(step=9, epoch=1), FINISHED])
def test_a_turn_of_the_run_is_kept(folder, clock, event):
    saved = CheckpointManager(folder, clock.save, clock=clock).save_if_due(event)
    assert saved is not None
    assert (saved.reason, saved.step, saved.file) == (event.kind, 9, checkpoint_name(9))
    assert [path.name for path in folder.checkpoints()] == [checkpoint_name(9)]


def test_each_epoch_is_kept_and_the_best_is_marked(folder, clock, epoch_done):
    manager = CheckpointManager(folder, clock.save, clock=clock)
    losses = [3.0, 2.0, 2.5, 2.0, 1.0]
    notes = [manager.save_if_due(epoch_done(n, 10 * n, loss)) for n, loss in enumerate(losses, 1)]
    assert [note.best for note in notes if note] == [True, True, False, False, True]


def test_the_end_of_a_run_whose_epochs_were_too_short_to_be_written_may_be_the_best(
    folder, epoch_done
):
    clock = Clock(cost=0.3)  # the first is written, and no time is left for another
    manager = CheckpointManager(folder, clock.save, clock=clock)
    losses = [3.0, 0.5, 1.0]
    notes = [manager.save_if_due(epoch_done(n, 10 * n, loss)) for n, loss in enumerate(losses, 1)]
    assert [note is not None and note.best for note in notes] == [True, False, False]
    end = manager.save_if_due(Stopped(step=30, epoch=3))
    assert end is not None
    assert end.best  # that of 0.5 was not written
    in_mid_epoch = manager.save_if_due(Stopped(step=34, epoch=3))
    assert in_mid_epoch is not None
    assert not in_mid_epoch.best


def test_a_resumed_run_knows_its_best_from_before(folder, clock, epoch_done):
    note = CheckpointManager(folder, clock.save, best=1.0, clock=clock).save_if_due(
        epoch_done(3, 30, 1.5)
    )
    assert note is not None
    assert not note.best


def test_the_untrained_network_is_kept_once_and_for_good(folder, started, epoch_done):
    clock = Clock(cost=10.0)
    manager = CheckpointManager(folder, clock.save, clock=clock)
    note = manager.save_if_due(started())
    assert (note.reason, note.step, note.best) == ("initial", 0, False)
    assert manager.save_if_due(started()) is None
    assert manager.save_if_due(epoch_done(1, 5)) is not None  # it is not at the cost of others
    clock.cost = 0.0
    clock.now += 3600.0
    for number in range(2, 40):
        manager.save_if_due(epoch_done(number, number, loss=float(number)))
    assert folder.checkpoints()[0].name == checkpoint_name(0)
    assert folder.best_checkpoint() is None  # no event says so


@pytest.mark.parametrize("name", ["start.pt", checkpoint_name(0)])
def test_a_run_whose_beginning_is_kept_keeps_no_second_one(folder, clock, started, name):
    (folder.checkpoints_path / name).touch()
    assert CheckpointManager(folder, clock.save, clock=clock).save_if_due(started()) is None


def test_nothing_is_written_between_two_steps_for_half_a_minute(folder, clock, steps, started):
    manager = CheckpointManager(folder, clock.save, clock=clock)
    assert manager.save_if_due(started(step=4)) is None
    clock.now += 29.9
    assert manager.save_if_due(steps(1, 5)) is None
    clock.now += 0.2
    note = manager.save_if_due(steps(6, 8, epoch=2))
    assert note is not None
    assert (note.reason, note.step, note.epoch) == ("interval", 8, 1)
    assert manager.save_if_due(steps(9, 12)) is None


def test_short_epochs_spend_no_more_than_two_percent_on_checkpoints(folder, epoch_done):
    clock = Clock(cost=0.01)
    manager = CheckpointManager(folder, clock.save, clock=clock)
    written = 0
    for number in range(1, 2001):
        clock.now += 0.05
        written += manager.save_if_due(epoch_done(number, number)) is not None
    elapsed = clock.now - 100.0
    assert 0.25 <= written * 0.01 <= 0.25 + 0.02 * elapsed + 0.01
    assert manager.save_if_due(Stopped(step=2001, epoch=2000)) is not None


@pytest.mark.parametrize(
    ("cost", "epoch"),
    [(0.002, 0.05), (0.02, 0.4), (0.5, 10.0), (5.0, 45.0), (40.0, 600.0), (200.0, 5.0)],
)
def test_however_slow_the_disk_writing_takes_two_percent_and_one_checkpoint_at_most(
    folder, epoch_done, steps, cost, epoch
):
    clock = Clock(cost)
    manager = CheckpointManager(folder, clock.save, clock=clock)
    written, looks = 0, 10  # an epoch
    for number in range(1, 201):
        for look in range(1, looks):
            clock.now += epoch / looks
            step = number * looks + look
            written += manager.save_if_due(steps(step, step, epoch=number)) is not None
            assert (written - 1) * cost <= 0.25 + 0.02 * (clock.now - 100.0)
        clock.now += epoch / looks
        written += manager.save_if_due(epoch_done(number, (number + 1) * looks)) is not None
        assert (written - 1) * cost <= 0.25 + 0.02 * (clock.now - 100.0)
    assert written >= 1
    if cost <= 0.02 * epoch:
        assert written >= 200  # what is cheap is written at every epoch's end


def test_the_last_the_best_the_start_and_ten_others_stay(folder, clock, epoch_done):
    (folder.checkpoints_path / "start.pt").touch()
    manager = CheckpointManager(folder, clock.save, clock=clock)
    for number in range(1, 31):
        manager.save_if_due(epoch_done(number, number, loss=1.0 if number == 3 else 2.0))
    kept = [path.name for path in folder.checkpoints()]
    assert kept == ["start.pt", checkpoint_name(3), *map(checkpoint_name, range(20, 31))]


def test_a_pause_is_no_training(folder, epoch_done, steps):
    clock = Clock(cost=0.1)
    manager = CheckpointManager(folder, clock.save, clock=clock)
    assert manager.save_if_due(Paused(step=1, epoch=0)) is not None
    clock.now += 36_000.0
    assert manager.save_if_due(Continued(step=1, epoch=0)) is None
    assert manager.save_if_due(steps(2, 3)) is None  # no thirty seconds of training since the last
    written = sum(manager.save_if_due(epoch_done(n, 3 + n)) is not None for n in range(1, 100))
    assert written <= 2  # ten hours of waiting pay for none
