from __future__ import annotations

import math
from dataclasses import replace

from mlcore.events import CheckpointSaved, EpochDone, Failed, SettingsEdited
from mlcore.runs.library.epoch_figures import EpochFigures, epoch_figures, read_epoch_figures
from mlcore.runs.record.event_log import events_of


def done(epoch: int, accuracy: float | None, seconds: float = 2.0, pace: float = 100.0):
    return EpochDone(
        epoch=epoch,
        step=10 * epoch,
        train_loss=1.0,
        validation_loss=None,
        validation_accuracy=accuracy,
        lr=0.1,
        seconds=seconds,
        images_per_second=pace,
    )


def test_the_best_epoch_need_not_be_the_last() -> None:
    found = epoch_figures([done(1, 0.5), done(2, 0.9), done(3, 0.8), done(4, 0.9)])
    assert (found.best_accuracy, found.best_epoch, found.seconds) == (0.9, 2, 8.0)


def test_the_pace_is_that_over_all_of_the_time() -> None:
    found = epoch_figures([done(1, None, 1.0, 100.0), done(2, None, 3.0, 20.0)])
    assert found == EpochFigures(seconds=4.0, images_per_second=40.0)


def test_epochs_that_a_resumed_run_takes_again_do_not_count(started) -> None:
    events = [started(), done(1, 0.5), done(2, 0.99), started(step=10, epoch=1), done(2, 0.7)]
    found = epoch_figures(events)
    assert (found.best_accuracy, found.best_epoch, found.seconds) == (0.7, 2, 4.0)


def edit(step: int) -> SettingsEdited:
    return SettingsEdited(step=step, epoch=1, changes={"optim.lr": 0.5}, before={"optim.lr": 0.1})


def test_a_run_whose_settings_were_changed_says_so(folder, record, started) -> None:
    record(folder, started(), done(1, 0.5))
    assert not read_epoch_figures(folder.events_path).edited
    record(folder, edit(12))
    assert read_epoch_figures(folder.events_path).edited


def test_an_edit_of_steps_that_are_taken_again_does_not_count(started) -> None:
    assert not epoch_figures([started(), edit(12), started(step=10, epoch=1)]).edited
    assert epoch_figures([started(), edit(10), started(step=10, epoch=1)]).edited


def test_the_epochs_asked_for_are_those_of_the_last_start_or_edit(started) -> None:
    assert epoch_figures([started()]).asked == started().epochs
    longer = replace(edit(12), epochs=60)
    assert epoch_figures([started(), longer, edit(13)]).asked == 60
    assert epoch_figures([started(), longer, started(step=12, epoch=1)]).asked == started().epochs


def test_a_run_without_epochs_or_with_what_is_no_number_has_no_figures() -> None:
    assert epoch_figures([]) == EpochFigures()
    assert epoch_figures([done(1, None, math.nan, math.nan)]) == EpochFigures()


def test_the_log_is_read_in_order_and_damaged_lines_are_left_out(
    folder, record, started, steps
) -> None:
    record(folder, started(), steps(1, 10), done(1, 0.5), steps(11, 20, 2), done(2, 0.6))
    with folder.events_path.open("ab") as file:
        file.write(b'{"event": "epoch", "epoch": 3}\n{"event": "epoch", "ep')
    kinds = [event.kind for event in events_of(folder.events_path, EpochDone, type(started()))]
    assert kinds == ["started", "epoch", "epoch"]
    found = read_epoch_figures(folder.events_path)
    assert (found.best_accuracy, found.best_epoch) == (0.6, 2)


def test_lines_longer_than_a_piece_are_whole(folder, record, steps) -> None:
    saved = CheckpointSaved(step=1, epoch=1, file="x" * 1_500_000, reason="epoch")
    record(folder, done(1, 0.25), saved, done(2, 0.5))
    found = list(events_of(folder.events_path, CheckpointSaved, EpochDone))
    assert found == [done(1, 0.25), saved, done(2, 0.5)]
    assert list(events_of(folder.path / "no such file", Failed)) == []


def test_the_list_has_the_figures(store, folder, record, started) -> None:
    record(folder, started(), done(1, 0.5), replace(done(2, 0.4), epoch=2))
    (info,) = store.list()
    assert info.best_validation_accuracy == 0.5
    assert (info.best_epoch, info.seconds, info.images_per_second) == (1, 4.0, 100.0)
    assert info.validation_accuracy == 0.4
