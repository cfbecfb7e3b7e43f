"""How far a run is, in numbers and in words."""

from __future__ import annotations

from pathlib import Path

from dashboard.words.progress import Progress, progress_of
from mlcore.config import DataConfig, RunConfig, TrainConfig
from mlcore.events import EpochDone, SettingsEdited, Started, StepsDone
from mlcore.runs import History, Recorder, RunStore


def started(**changes) -> Started:
    fields = {
        "step": 0,
        "epoch": 0,
        "steps_per_epoch": 10,
        "epochs": 3,
        "device": "cpu",
        "threads": 1,
        "parameters": 7,
        "train_images": 640,
        "validation_images": 0,
    }
    return Started(**(fields | changes))


def epoch(number: int, step: int) -> EpochDone:
    return EpochDone(
        epoch=number,
        step=step,
        train_loss=1.0,
        validation_loss=None,
        validation_accuracy=None,
        lr=0.1,
        seconds=1.0,
        images_per_second=12_345.6,
    )


def history_with(root: Path, *events) -> History:
    config = RunConfig(data=DataConfig(batch_size=64), train=TrainConfig(epochs=3))
    folder = RunStore(root).create(config)
    with Recorder(folder) as recorder:
        for event in events:
            recorder.record(event)
    history = History(folder)
    history.refresh()
    return history


def test_a_run_that_has_not_started_waits(tmp_path):
    progress = progress_of(history_with(tmp_path))
    assert (progress.state, progress.step, progress.steps, progress.share) == ("queued", 0, 0, 0)
    assert progress.words == "Waiting for a worker"


def test_the_epoch_under_way_follows_the_last_one_that_is_over(tmp_path):
    steps = StepsDone(first=1, losses=(1.0,) * 10, epoch=1)
    more = StepsDone(first=11, losses=(1.0,) * 5, epoch=2)
    progress = progress_of(history_with(tmp_path, started(), steps, epoch(1, 10), more))
    assert (progress.epoch, progress.epochs, progress.step, progress.steps) == (2, 3, 15, 30)
    assert progress.share == 0.5


def test_the_end_is_where_the_last_start_or_edit_says(tmp_path):
    steps = StepsDone(first=1, losses=(1.0,) * 10, epoch=1)
    before = (started(total_steps=28), steps, epoch(1, 10))
    assert progress_of(history_with(tmp_path, *before)).steps == 28
    changes, old = {"data.batch_size": 300, "train.epochs": 4}, {"data.batch_size": 64}
    edit = SettingsEdited(
        step=10,
        epoch=1,
        changes=changes,
        before=old,
        epochs=4,
        steps_per_epoch=2,
        total_steps=16,
    )
    progress = progress_of(history_with(tmp_path, *before, edit))
    assert (progress.epoch, progress.epochs, progress.steps) == (1, 4, 16)
    resumed = started(step=12, epoch=2, epochs=4, steps_per_epoch=2, total_steps=16)
    progress = progress_of(history_with(tmp_path, *before, edit, epoch(2, 12), resumed))
    assert (progress.epoch, progress.epochs, progress.steps) == (2, 4, 16)


# What earlier versions wrote says no total; it is estimated.


def test_an_edit_of_the_epochs_moves_the_end(tmp_path):
    edit = SettingsEdited(step=10, epoch=1, changes={"train.epochs": 6}, before={"train.epochs": 3})
    steps = StepsDone(first=1, losses=(1.0,) * 10, epoch=1)
    progress = progress_of(history_with(tmp_path, started(), steps, epoch(1, 10), edit))
    assert (progress.epochs, progress.steps) == (6, 60)


def resized(step: int, before: int, after: int) -> SettingsEdited:
    return SettingsEdited(
        step=step,
        epoch=1,
        changes={"data.batch_size": after},
        before={"data.batch_size": before},
    )


def test_edits_of_the_batch_size_move_the_end(tmp_path):
    steps = StepsDone(first=1, losses=(1.0,) * 10, epoch=1)
    before = (started(), steps, epoch(1, 10))
    # 640 images: an epoch of 10 steps, then one of 4 × 64 and 3 × 128 images, then one of 5 steps.
    progress = progress_of(history_with(tmp_path, *before, resized(14, 64, 128)))
    assert progress.steps == 10 + 4 + 3 + 5
    progress = progress_of(history_with(tmp_path, *before, resized(10, 64, 128)))
    assert progress.steps == 10 + 5 + 5
    twice = (resized(12, 64, 128), resized(13, 128, 32))
    progress = progress_of(history_with(tmp_path, *before, *twice))
    assert progress.steps == 10 + 2 + 1 + 12 + 20


def test_a_fork_counts_the_epochs_of_its_parent(tmp_path):
    begun = started(step=24, epoch=2)
    steps = StepsDone(first=25, losses=(1.0, 1.0), epoch=3)
    progress = progress_of(history_with(tmp_path, begun, steps))
    assert (progress.epoch, progress.step, progress.steps) == (3, 26, 30)


def running(**changes) -> Progress:
    fields = {"state": "running", "step": 2_100, "steps": 4_300, "epoch": 3, "epochs": 5}
    return Progress(**(fields | changes))


def test_the_words_say_epoch_step_time_and_pace():
    progress = running(steps_per_second=200.0, images_per_second=45_678.9)
    assert progress.words == ("Epoch 3 of 5 · step 2,100 of 4,300 · 11 s left · 45,700 images/s")


def test_what_is_not_known_is_left_out_of_the_words():
    assert running().words == "Epoch 3 of 5 · step 2,100 of 4,300"
    assert running(steps=0).words == "Reading the data"
    assert running(state="paused", steps_per_second=9.0).seconds_left is None
