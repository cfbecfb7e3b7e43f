"""The queue of runs: files that every process sees alike, and that damage does not lose."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from dataclasses import replace

import pytest

from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import Finished, Stopped
from mlcore.files import size_of
from mlcore.runs import History, ask_resume, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.active.queue_file import Claim, read_queue
from mlcore.runs.library.trash import delete, restore
from mlcore.runs.record.locks import file_lock
from mlcore.runs.record.worker import WorkerRecord, write_worker

GONE = Claim(pid=os.getpid(), identity="another process that had this id")


@pytest.fixture
def queue(store):
    return RunQueue(store.root)


@pytest.fixture
def three(store, queue):
    """The ids of three runs that wait."""
    runs = [store.create(RunConfig()).id for _ in range(3)]
    with queue.change() as state:
        state.waiting = runs[:]
    return runs


def sign(folder):
    """A living worker takes the run up."""
    events, control = size_of(folder.events_path), size_of(folder.control_path)
    write_worker(
        folder.path, WorkerRecord.mine(events_from=events, control_from=control, threads=3)
    )


def test_where_nothing_was_queued_nothing_waits_and_one_run_trains_at_once(queue):
    now = queue.snapshot()
    assert (now.at_once, now.waiting, now.active) == (1, (), ())
    assert queue.is_empty()


@pytest.mark.parametrize(
    ("which", "position", "then"),
    [(2, 1, (2, 0, 1)), (0, 2, (1, 0, 2)), (0, 99, (1, 2, 0)), (1, -5, (1, 0, 2))],
)
def test_a_waiting_run_gets_another_position(queue, three, which, position, then):
    result = queue.move(three[which], position)
    now = queue.snapshot()
    assert now.waiting == tuple(three[index] for index in then)
    assert result == now.position(three[which])


def test_a_run_that_does_not_wait_has_no_position(queue, three, folder):
    assert queue.snapshot().position(folder.id) == 0
    with pytest.raises(RunError, match="does not wait"):
        queue.move(folder.id, 1)


def test_a_cancelled_run_says_so_and_can_be_started_again(store, queue, three):
    folder = store.get(three[1])
    assert queue.cancel(folder.id)
    assert queue.snapshot().waiting == (three[0], three[2])
    history = History(folder)
    history.refresh()
    assert history.outcome == Stopped(step=0, epoch=0, reason="cancelled")
    assert read_state(folder) == history.state == "stopped"
    assert not queue.cancel(folder.id)
    ask_resume(folder)
    assert read_state(folder) == "queued"


def test_a_run_that_was_to_be_resumed_is_what_it_was_when_that_is_cancelled(
    queue, folder, record, started, steps
):
    sign(folder)
    end = Finished(step=5, epoch=1, test_loss=1.0, test_accuracy=0.9, seconds=1.0)
    record(folder, started(), steps(1, 5), end)
    ask_resume(folder, {"train.epochs": 9})
    assert read_state(folder) == "queued"
    assert queue.cancel(folder.id)
    history = History(folder)
    history.refresh()
    assert (read_state(folder), history.outcome) == ("finished", end)
    assert queue.snapshot().waiting == ()


def test_a_run_that_is_being_started_cannot_be_cancelled_but_stopped(queue, folder):
    with queue.change() as state:
        state.claims[folder.id] = Claim.mine()
    assert not queue.cancel(folder.id)
    assert read_state(folder) == "queued"
    assert [one.state for one in queue.snapshot().active] == ["queued"]
    with pytest.raises(RunError, match="about to start"):
        delete(folder)
    assert queue.end(folder, 0.0) is None
    assert b'"stop"' in folder.control_path.read_bytes()


def test_a_deleted_run_waits_no_more_also_when_it_comes_back(store, queue, three):
    delete(store.get(three[0]))
    assert queue.snapshot().waiting == tuple(three[1:])
    assert read_state(restore(store)) == "stopped"
    with queue.change(adopt=True):
        pass
    assert queue.snapshot().waiting == tuple(three[1:])


@pytest.mark.parametrize(
    "text", ["", "torn{", "[]", '{"at_once": 3, "waiting": [7], "claims": {}}']
)
def test_a_damaged_queue_shows_as_empty_and_is_rebuilt_from_the_runs(
    store, queue, three, folder, text
):
    sign(folder)  # trains, so it does not wait
    for age, run in enumerate(reversed(three)):
        os.utime(store.get(run).config_path, (1_000.0 + age, 1_000.0 + age))
    queue.path.write_text(text)
    assert queue.snapshot().waiting == ()
    with queue.change():
        pass
    assert queue.snapshot().waiting == tuple(reversed(three))
    assert queue.snapshot().at_once == 1


def test_a_queue_of_an_earlier_version_is_read(queue, three):
    queue.set_at_once(3)
    found = json.loads(queue.path.read_text())
    queue.path.write_text(json.dumps(found | {"taken": found.pop("claims")}))
    assert queue.snapshot().waiting == tuple(three)
    assert queue.snapshot().at_once == 3


def test_a_name_that_leads_out_of_the_folder_is_damage(queue, three):
    found = json.loads(queue.path.read_text())
    queue.path.write_text(json.dumps(found | {"waiting": ["../elsewhere"]}))
    assert queue.snapshot().waiting == ()


def test_what_a_dead_process_had_claimed_waits_again_as_the_first(store, queue, three):
    with queue.change() as state:
        state.waiting.remove(three[1])
        state.claims[three[1]] = GONE
    with queue.change() as state:
        assert state.waiting == [three[1], three[0], three[2]]
        assert state.claims == {}


def test_what_a_worker_has_signed_takes_a_slot_and_waits_no_more(store, queue, three):
    with queue.change() as state:
        state.waiting.remove(three[1])
        state.claims[three[1]] = GONE
    for run in three[:2]:
        sign(store.get(run))
    with queue.change() as state:
        assert (state.waiting, state.claims) == ([three[2]], {})
    assert [(one.run, one.threads) for one in queue.snapshot().active] == [
        (run, 3) for run in sorted(three[:2])
    ]


def test_a_run_that_begins_while_the_queue_is_read_waits_or_trains_but_not_both(
    store, queue, three, monkeypatch
):
    def begins_now(path):
        state = read_queue(path)
        folder = store.get(three[0])
        sign(folder)
        return state

    monkeypatch.setattr("mlcore.runs.active.queue.read_queue", begins_now)
    now = queue.snapshot()
    assert now.waiting == tuple(three[1:])
    assert [one.run for one in now.active] == three[:1]


def test_runs_that_ended_or_are_gone_take_no_slot(store, queue, record, started):
    ended, lost = store.create(RunConfig()), store.create(RunConfig())
    sign(ended)
    assert len(queue.snapshot().active) == 1
    record(ended, started(), Stopped(step=0, epoch=0))
    write_worker(lost.path, WorkerRecord(pid=os.getpid(), identity="another"))
    assert queue.snapshot().active == ()
    sign(lost)  # resumed
    assert [one.run for one in queue.snapshot().active] == [lost.id]


def test_a_shell_takes_a_run_past_the_queue(store, queue, three):
    folder = queue.claim(lambda: store.get(three[2]))
    assert queue.snapshot().waiting == tuple(three[:2])
    assert [one.run for one in queue.snapshot().active] == [folder.id]
    with pytest.raises(RunError, match="being started by another process"):
        queue.claim(lambda: folder, resumed=folder.id)


def test_the_number_of_runs_at_once_has_limits(queue, three):
    queue.set_at_once(8)
    assert queue.snapshot().at_once == 8
    for count in (0, 9):
        with pytest.raises(SettingsError, match=f"got {count}"):
            queue.set_at_once(count)


def test_a_sweep_has_more_runs_train_as_long_as_it_lives(queue):
    queue.set_at_once(2)
    queue.lend("one", 4)
    queue.lend("two", 6)
    queue.lend("small", 1)  # fewer than there are: nothing to lend
    now = queue.snapshot()
    assert (now.at_once, now.usual, now.borrowers) == (6, 2, ("one", "two"))
    queue.lend("two", 3)
    assert queue.snapshot().at_once == 4
    queue.lend("one", 0)
    assert queue.snapshot().at_once == 3
    with queue.change() as state:
        killed = replace(state.loans[0], identity="another process that had this id")
        state.loans = [killed]
    now = queue.snapshot()
    assert (now.at_once, now.usual, now.borrowers) == (2, 2, ())
    with queue.change() as state:
        assert state.loans == []


def test_what_a_person_sets_meanwhile_counts_and_lasts(queue):
    queue.lend("one", 4)
    queue.set_at_once(3)
    now = queue.snapshot()
    assert (now.at_once, now.usual, now.borrowers) == (3, 3, ())
    queue.lend("one", 0)
    assert queue.snapshot().at_once == 3


def test_a_change_that_fails_changes_nothing(queue, three):
    with contextlib.suppress(RunError), queue.change() as state:
        state.waiting.clear()
        raise RunError("no")
    assert queue.snapshot().waiting == tuple(three)


def test_changes_from_many_sides_are_all_kept(store, queue):
    runs = [store.create(RunConfig()).id for _ in range(12)]
    with queue.change() as state:
        state.waiting.clear()

    def add(run):
        with RunQueue(store.root).change() as state:
            state.waiting.append(run)

    threads = [threading.Thread(target=add, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queue.snapshot().waiting) == sorted(runs)


def test_a_lock_that_is_not_let_go_of_gets_a_sentence(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr("mlcore.runs.record.locks._PATIENCE", 0.0)
    with (tmp_path / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.raises(RunError, match="locked: end that"),
            file_lock(tmp_path / "lock"),
        ):
            pass


def test_a_folder_that_cannot_hold_a_queue_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        RunQueue(tmp_path / "file").set_at_once(2)
    assert RunQueue(tmp_path / "file").snapshot().waiting == ()


def test_the_queue_is_no_run(store, queue, three):
    assert {info.id for info in store.list()} == set(three)
    assert store.damaged() == {}
