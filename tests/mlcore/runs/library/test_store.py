"""Runs are made, found and listed."""

import os
import shutil
import threading
import time

import pytest

from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.events import Failed, Finished
from mlcore.runs import RunStore, ask_resume, default_runs_root
from mlcore.runs.library.label import rename
from mlcore.runs.record.worker import WorkerRecord, write_worker


def test_a_new_run_is_queued(store):
    folder = store.create(RunConfig(), name="  first  ")
    (info,) = store.list()
    assert info.id == folder.id
    assert (info.name, info.state, info.step, info.epoch, info.epochs) == (
        "first",
        "queued",
        0,
        0,
        5,
    )
    assert info.config == RunConfig()
    assert info.parent is None


def test_starters_at_the_same_moment_never_meet(store):
    ids = []
    starters = [
        threading.Thread(target=lambda: ids.append(store.create(RunConfig()).id)) for _ in range(20)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(set(ids)) == 20
    assert {info.id for info in store.list()} == set(ids)


def test_a_fork_has_its_own_copy_of_the_checkpoint(store, tmp_path):
    file = tmp_path / "upload.pt"
    file.write_bytes(b"weights")
    parent = store.create(RunConfig())
    fork = store.create(RunConfig(), parent=parent.id, checkpoint=file)
    file.unlink()
    assert [path.read_bytes() for path in fork.checkpoints()] == [b"weights"]
    assert fork.meta["parent"] == {"run": parent.id, "checkpoint": "start.pt"}
    assert store.list()[0].parent == parent.id


def test_a_missing_checkpoint_leaves_no_run(store, tmp_path):
    with pytest.raises(RunError, match=r"gone\.pt"):
        store.create(RunConfig(), checkpoint=tmp_path / "gone.pt")
    assert list(store.root.iterdir()) == []


def test_runs_are_found_by_id_beginning_and_path(store):
    folder = store.create(RunConfig())
    for name in (folder.id, folder.id[:-1], folder.path, str(folder.path)):
        assert store.get(name).path == folder.path


def test_what_is_not_there_or_not_clear_is_a_sentence(store, tmp_path):
    with pytest.raises(RunError, match="no run"):
        store.get("2026")
    with pytest.raises(RunError, match="no run"):
        store.get(tmp_path)
    for _ in range(2):
        store.create(RunConfig())
    with pytest.raises(RunError, match="write more of the id"):
        store.get("2")
    with pytest.raises(RunError, match="no run"):
        store.get("")


def test_the_list_is_newest_first_and_passes_over_other_folders(store):
    first, second, third = (store.create(RunConfig()) for _ in range(3))
    (store.root / ".jobs").mkdir()
    (store.root / "notes").mkdir()
    (store.root / "readme.txt").touch()
    assert [info.id for info in store.list()] == [third.id, second.id, first.id]


def test_a_damaged_run_harms_no_other(store):
    good, bad = store.create(RunConfig()), store.create(RunConfig())
    bad.config_path.write_text("{")
    assert [info.id for info in store.list()] == [good.id]
    assert list(store.damaged()) == [bad.id]
    assert "config.json" in store.damaged()[bad.id]


def test_a_line_tells_the_newest_figures(store, record, started, steps, epoch_done):
    folder = store.create(RunConfig())
    record(folder, started(), steps(1, 10), epoch_done(1, 10, 0.7), steps(11, 14, epoch=2))
    (info,) = store.list()
    assert (info.state, info.epoch, info.step, info.loss) == ("lost", 1, 14, 0.7)
    assert "start it again" in info.message
    done = Finished(step=20, epoch=2, test_loss=0.4, test_accuracy=0.9, seconds=1.0)
    record(folder, done)
    (info,) = store.list()
    assert (info.state, info.epoch, info.step, info.test_accuracy) == ("finished", 2, 20, 0.9)
    assert info.message == ""
    record(folder, Failed(step=21, epoch=2, message="The loss became NaN."))
    (info,) = store.list()
    assert (info.state, info.message, info.test_accuracy) == (
        "failed",
        "The loss became NaN.",
        None,
    )


@pytest.mark.parametrize(("early", "epochs"), [(False, 2), (True, 5)])
def test_a_run_that_an_edit_made_shorter_is_listed_as_whole(
    store, record, started, steps, epoch_done, early, epochs
):
    folder = store.create(RunConfig())
    write_worker(folder.path, WorkerRecord.mine())
    end = Finished(step=20, epoch=2, seconds=1.0, test_loss=0.5, test_accuracy=0.875, early=early)
    record(folder, started(), steps(1, 20, epoch=2), epoch_done(2, 20), end)
    (info,) = store.list()
    assert (info.epoch, info.epochs) == (2, epochs)


def test_lines_of_nonsense_leave_the_list_whole(store, record, started, steps):
    folder = store.create(RunConfig())
    record(folder, started(), steps(1, 10))
    with folder.events_path.open("a") as file:
        file.write(
            '{"event": "steps"}\n{"event": "epoch", "epoch": "x"}\n{"event": "new"}\n{"a": 1}\n'
        )
        file.write('{"event": "stopped", "step": "x", "epoch": 1}\n{torn')
    (info,) = store.list()
    assert (info.state, info.step) == ("lost", 10)


def test_the_last_epoch_is_found_far_behind_the_newest_steps(
    store, record, started, steps, epoch_done
):
    folder = store.create(RunConfig())
    many = [steps(first, first + 49, epoch=2) for first in range(11, 5011, 50)]
    record(folder, started(), steps(1, 10), epoch_done(1, 10, 0.7), *many)
    assert folder.events_path.stat().st_size > 32 * 1024
    (info,) = store.list()
    assert (info.epoch, info.step, info.loss) == (1, 5010, 0.7)


def test_a_hundred_long_runs_are_listed_within_a_second(store, record, started, steps, epoch_done):
    long = store.create(RunConfig())
    lines = [
        event
        for first in range(1, 20_000, 50)
        for event in (
            steps(first, first + 49, epoch=first // 1000 + 1),
            *([epoch_done(first // 1000 + 1, first + 49)] if (first + 49) % 1000 == 0 else []),
        )
    ]
    record(long, started(), *lines)
    for _ in range(99):
        other = store.create(RunConfig())
        os.link(long.events_path, other.events_path)
    began = time.perf_counter()
    found = store.list()
    assert time.perf_counter() - began < 1.0
    assert [info.step for info in found] == [20_000] * 100


def test_a_folder_that_cannot_hold_runs_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot hold a new run"):
        RunStore(tmp_path / "file").create(RunConfig())


def test_the_root_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MLCORE_RUNS", str(tmp_path / "elsewhere"))
    assert default_runs_root() == tmp_path / "elsewhere"
    assert RunStore().root == tmp_path / "elsewhere"
    monkeypatch.delenv("MLCORE_RUNS")
    assert str(default_runs_root()) == "runs"


def test_a_list_is_the_same_whether_a_run_was_read_before_or_not(
    store, record, started, steps, epoch_done
):
    def line(store):
        (info,) = store.list()
        assert RunStore(store.root).list() == [info]  # one that has read nothing yet agrees
        return info

    folder = store.create(RunConfig(), name="first")
    assert line(store).state == "queued"
    write_worker(folder.path, WorkerRecord.mine())
    record(folder, started(), steps(1, 10), epoch_done(1, 10))
    assert line(store).state == "running"
    end = Finished(step=10, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0)
    record(folder, end)
    assert line(store).test_accuracy == 0.9
    assert line(store) is store.list()[0]  # not read again
    rename(folder, "second")
    assert line(store).name == "second"
    ask_resume(folder, {"train.epochs": 9})
    assert line(store).state == "queued"
    shutil.rmtree(folder.path)
    assert store.list() == []
