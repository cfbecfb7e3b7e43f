"""A history is read on as it grows."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mlcore.config import RunConfig
from mlcore.events import (
    CheckpointSaved,
    EditRefused,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    StepsDone,
    Stopped,
)
from mlcore.runs import History, ask_start, read_state
from mlcore.runs.record.folder import checkpoint_name
from mlcore.runs.record.worker import WorkerRecord, write_worker


def saved(step, epoch=1):
    return CheckpointSaved(step=step, epoch=epoch, file=checkpoint_name(step), reason="epoch")


def edited(step, lr):
    return SettingsEdited(step=step, epoch=1, changes={"optim.lr": lr}, before={"optim.lr": 0.003})


def test_a_run_that_has_not_begun_is_empty_and_queued(folder):
    history = History(folder)
    history.refresh()
    assert (history.state, history.message, history.started) == ("queued", "", None)
    assert len(history.steps) == 0


def test_it_grows_with_the_log(folder, record, started, steps, epoch_done):
    history = History(folder)
    record(folder, started(), steps(1, 10))
    assert history.refresh()
    assert not history.refresh()
    np.testing.assert_array_equal(history.steps, np.arange(1, 11) + 0.5)
    assert history.steps.dtype == np.float32
    record(folder, epoch_done(1, 10), saved(10), steps(11, 12, epoch=2), edited(12, 0.1))
    assert history.refresh()
    assert history.step == 12
    assert [epoch.epoch for epoch in history.epochs] == [1]
    assert [edit.step for edit in history.edits] == [12]
    assert [checkpoint.step for checkpoint in history.checkpoints] == [10]


def test_reading_in_pieces_equals_reading_at_once(folder, record, started, steps, epoch_done):
    record(folder, started(), steps(1, 2000), epoch_done(1, 2000), steps(2001, 5000, epoch=2))
    content = folder.events_path.read_bytes()
    folder.events_path.write_bytes(b"")
    pieces = History(folder)
    with folder.events_path.open("ab", buffering=0) as file:
        for start in range(0, len(content), 977):
            file.write(content[start : start + 977])
            pieces.refresh()
    whole = History(folder)
    whole.refresh()
    np.testing.assert_array_equal(pieces.steps, whole.steps)
    assert pieces.epochs == whole.epochs
    assert pieces.damaged == whole.damaged == 0


def test_a_resumed_run_takes_the_later_steps_again(folder, record, started, steps, epoch_done):
    record(
        folder,
        started(),
        steps(1, 10),
        edited(10, 0.1),
        epoch_done(1, 10),
        saved(10),
        steps(11, 20, epoch=2),
        edited(20, 0.2),
        epoch_done(2, 20),
        steps(21, 27, epoch=3),
        Failed(step=27, epoch=2, message="killed"),
    )
    history = History(folder)
    history.refresh()
    assert (history.state, history.message, history.step) == ("failed", "killed", 27)
    record(folder, started(step=10, epoch=1))
    history.refresh()
    assert history.outcome is None
    assert history.step == 10
    assert [epoch.epoch for epoch in history.epochs] == [1]
    assert [edit.changes["optim.lr"] for edit in history.edits] == [0.1]
    record(folder, steps(11, 20, epoch=2), epoch_done(2, 20))
    history.refresh()
    np.testing.assert_array_equal(history.steps, np.arange(1, 21) + 0.5)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2]


def test_an_edit_that_no_checkpoint_knows_is_dropped_on_resume(folder, record, started, steps):
    record(
        folder,
        started(),
        steps(1, 10),
        edited(10, 0.1),
        Paused(step=10, epoch=1),
        saved(10),
        edited(10, 0.2),
        started(step=10, epoch=1),
    )
    history = History(folder)
    history.refresh()
    assert [edit.changes["optim.lr"] for edit in history.edits] == [0.1]


def test_an_edit_before_a_checkpoint_that_was_not_told_of_is_kept(folder, record, started, steps):
    record(folder, started(), steps(1, 10), edited(7, 0.1), started(step=10, epoch=1))
    history = History(folder)
    history.refresh()
    assert [edit.changes["optim.lr"] for edit in history.edits] == [0.1]


def test_the_settings_in_force_are_those_of_the_edits(folder, record, started, steps):
    record(folder, started(), steps(1, 10), edited(4, 0.1), edited(9, 0.2))
    history = History(folder)
    history.refresh()
    assert history.config == folder.config.with_values({"optim.lr": 0.2})


def test_every_start_whose_steps_count_is_known(folder, record, started, steps):
    record(folder, started(), steps(1, 10), started(step=10), steps(11, 20), started(step=5))
    history = History(folder)
    history.refresh()
    assert [start.step for start in history.starts] == [0, 5]
    assert history.started == history.starts[-1]


def test_a_refusal_stands_until_the_next_edit(folder, record, started, steps):
    refused = EditRefused(step=10, epoch=0, changes={"data.batch_size": 9_999}, message="no")
    record(folder, started(), steps(1, 10), refused)
    history = History(folder)
    history.refresh()
    assert history.refused == refused
    record(folder, edited(10, 0.1))
    history.refresh()
    assert history.refused is None


def test_a_fork_begins_at_its_step_with_unknown_losses_before(folder, record, started, steps):
    record(folder, started(step=100, epoch=10), steps(101, 103, epoch=11))
    history = History(folder)
    history.refresh()
    assert len(history.steps) == 103
    assert np.isnan(history.steps[:100]).all()
    np.testing.assert_array_equal(history.steps[100:], [101.5, 102.5, 103.5])


def test_damage_is_skipped_and_counted(folder, record, started, steps):
    record(folder, started(), steps(1, 5))
    with folder.events_path.open("a") as file:
        file.write("{torn\n" + '{"event": "steps", "first": 6}\n' + '{"event": "later kind"}\n')
        file.write('{"event": "steps", "first": 99999999999, "losses": [1.0], "epoch": 1}\n')
        file.write('{"event": "steps", "first": 6, "losses": [{}], "epoch": 1}\n')
    record(folder, steps(6, 9))
    history = History(folder)
    history.refresh()
    assert history.damaged == 4
    np.testing.assert_array_equal(history.steps, np.arange(1, 10) + 0.5)


def test_a_log_that_was_replaced_is_read_anew(folder, record, started, steps, store):
    record(folder, started(), steps(1, 50))
    history = History(folder)
    history.refresh()
    other = store.create(RunConfig())
    record(other, started(), steps(1, 3))
    other.events_path.replace(folder.events_path)
    assert history.refresh()
    assert history.step == 3


def test_a_deleted_folder_is_a_sentence_and_keeps_what_was_read(folder, record, started, steps):
    record(folder, started(), steps(1, 5))
    history = History(folder)
    history.refresh()
    shutil.rmtree(folder.path)
    assert history.refresh()
    assert history.state == "lost"
    assert "is gone" in history.message
    assert history.step == 5


def test_the_state_follows_the_worker(folder, record, started, steps):
    history = History(folder)

    def state():
        history.refresh()
        return history.state

    write_worker(folder.path, WorkerRecord.mine())
    assert state() == "running"
    record(folder, started(), steps(1, 5), Paused(step=5, epoch=0))
    assert state() == "paused"
    record(folder, EditRefused(step=5, epoch=0, changes={}, message="no"))
    assert state() == "paused"
    gone = WorkerRecord(pid=2**31 - 1, identity="gone")
    write_worker(folder.path, gone)
    assert state() == "lost"
    assert "start it again" in history.message
    (folder.checkpoints_path / checkpoint_name(1876)).touch()
    assert state() == "lost"
    assert "resume it from step 1,876" in history.message
    record(folder, Stopped(step=5, epoch=0))
    assert state() == "stopped"
    ask_start(folder)
    assert state() == "queued"


def test_a_worker_that_has_not_spoken_yet_is_not_judged_by_earlier_events(folder, record, started):
    record(folder, started(), Finished(step=9, epoch=1, test_loss=1, test_accuracy=0, seconds=1))
    mark = WorkerRecord.mine(events_from=folder.events_path.stat().st_size)
    write_worker(folder.path, mark)
    history = History(folder)
    history.refresh()
    assert history.state == "running"
    assert read_state(folder) == "running"


def test_the_pace_is_that_of_the_last_seconds(folder, record, started, steps, monkeypatch):
    now = 1_000.0
    monkeypatch.setattr("mlcore.runs.record.recorder.time.time", lambda: now)
    history = History(folder)
    assert history.steps_per_second is None
    record(folder, started())
    for tick in range(60):
        now = 1_000.0 + tick * 0.5
        record(folder, steps(1 + tick * 10, 10 + tick * 10))
    history.refresh()
    assert history.steps_per_second == 20.0
    now = 10.0  # the clock was set back
    record(folder, steps(601, 610))
    history.refresh()
    assert history.steps_per_second is None


def test_a_snapshot_stays_as_it_is_while_the_history_grows_and_starts_over(
    folder, record, started, steps, epoch_done
):
    history = History(folder)
    record(folder, started(), steps(1, 10), epoch_done(1, 10), saved(10), edited(10, 0.1))
    history.refresh()
    taken = history.snapshot()
    record(folder, steps(11, 5_000, epoch=2), epoch_done(2, 5_000), Stopped(step=5_000, epoch=2))
    history.refresh()
    folder.events_path.unlink()
    record(folder, started())
    history.refresh()
    assert (taken.step, len(taken.epochs), len(taken.edits)) == (10, 1, 1)
    np.testing.assert_array_equal(taken.steps, np.arange(1, 11) + 0.5)
    assert (taken.outcome, taken.config.optim.lr) == (None, 0.1)
    assert (history.step, history.epochs) == (0, [])


def test_a_snapshot_that_is_refreshed_takes_no_line_from_its_history(
    folder, record, started, steps
):
    """The page did so at each edit: the losses between were gone until the server started anew."""
    record(folder, started(), steps(1, 2))
    history = History(folder)
    history.refresh()
    taken = history.snapshot()
    record(folder, steps(3, 4))
    taken.refresh()
    record(folder, steps(5, 6))
    history.refresh()
    np.testing.assert_array_equal(history.steps, np.arange(1, 7) + 0.5)
    np.testing.assert_array_equal(taken.steps, np.arange(1, 5) + 0.5)
    assert history.gaps == []
    folder.events_path.unlink()
    record(folder, started(), steps(1, 1))  # what begins anew for one is untouched in the other
    taken.refresh()
    np.testing.assert_array_equal(taken.steps, [1.5])
    np.testing.assert_array_equal(history.steps, np.arange(1, 7) + 0.5)


def test_threads_that_share_a_history_see_whole_moments_of_it(folder, record, started, steps):
    history, ended, seen = History(folder), threading.Event(), []

    def look():
        while not ended.is_set():
            history.refresh()
            now = history.snapshot()
            seen.append(now.started is not None or now.step == 0)
            assert not len(now.steps) or now.steps[-1] == len(now.steps) + 0.5
            assert now.steps_per_second is None or now.steps_per_second > 0

    with ThreadPoolExecutor(8) as threads:
        looking = [threads.submit(look) for _ in range(8)]
        for first in range(1, 400, 4):
            if first % 100 == 1:
                folder.events_path.unlink(missing_ok=True)
                record(folder, started(first - 1))
            record(folder, steps(first, first + 3))
        ended.set()
        for one in looking:
            one.result()
    assert all(seen)


def test_what_is_missing_of_a_history_is_said_with_its_steps(folder, record, started, steps):
    record(folder, started(), steps(1, 50), started(step=90, epoch=9), steps(91, 100))
    history = History(folder)
    history.refresh()
    assert history.gaps == [(51, 90)]
    assert str(history.damage) == (
        "Steps 51 to 90 are missing in events.jsonl: their losses are not known, "
        "nor what was edited there."
    )
    record(folder, steps(103, 104), started(step=60, epoch=6), steps(61, 70))
    history.refresh()
    assert history.gaps == [(51, 60)]  # the others are taken again


def test_a_history_that_ends_before_its_checkpoint_says_so(folder, record, started, steps):
    record(folder, started(), steps(1, 50), Stopped(step=50, epoch=5))
    (folder.checkpoints_path / checkpoint_name(50)).touch()
    history = History(folder)
    history.refresh()
    assert history.damage is None
    (folder.checkpoints_path / checkpoint_name(90)).touch()
    assert "Steps 51 to 90 are missing" in str(history.damage)


def test_a_fork_lacks_nothing_and_a_run_that_begins_late_does(folder, record, started, steps):
    record(folder, started(step=100, epoch=10), steps(101, 103))
    history = History(folder)
    history.refresh()
    assert history.gaps == [(1, 100)]
    (folder.checkpoints_path / "start.pt").touch()
    history = History(folder)
    history.refresh()
    assert (history.gaps, history.damage) == ([], None)


def test_a_long_history_is_read_in_pieces(folder, record, started, steps, monkeypatch):
    record(folder, started(), *(steps(n, n + 9) for n in range(1, 1_000, 10)))
    monkeypatch.setattr("mlcore.runs.record.history._PIECE", 700)
    history = History(folder)
    assert history.refresh()
    assert (history.step, history.damaged) == (1_000, 0)
    assert not history.refresh()


def test_losses_are_kept_to_the_last_bit_in_nine_digits(folder, record, started):
    rng = np.random.default_rng(0)
    bits = rng.integers(1, 0x7F7FFFFF, 5_000, dtype=np.uint32)
    losses = bits.view(np.float32)
    record(folder, started(), StepsDone(first=1, losses=tuple(losses.tolist()), epoch=1))
    history = History(folder)
    history.refresh()
    np.testing.assert_array_equal(history.steps.view(np.uint32), bits)
    assert folder.events_path.stat().st_size < 5_000 * 18
