"""Deleted runs lie in the trash, and come back whole."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.events import Stopped
from mlcore.runs import History, RunFolder, RunStore
from mlcore.runs.library.label import read_label, rename
from mlcore.runs.library.trash import delete, empty_trash, find_deleted, restore, trash
from mlcore.runs.record.worker import WorkerRecord, write_worker

STOPPED = Stopped(step=5, epoch=0)


def ids(store: RunStore) -> list[str]:
    return sorted(info.id for info in store.list())


def test_a_deleted_run_comes_back_as_it_was(store, folder, record, started, steps):
    record(folder, started(), steps(1, 5), STOPPED)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()}
    delete(folder)
    assert ids(store) == []
    assert ids(trash(store)) == [folder.id]
    with pytest.raises(RunError, match="There is no run"):
        store.get(folder.id)
    back = restore(store, folder.id[:-1])
    assert back.path == folder.path
    assert {
        path.name: path.read_bytes() for path in back.path.iterdir() if path.is_file()
    } == before
    history = History(back)
    history.refresh()
    assert history.step == 5


def test_a_deleted_run_is_found_by_its_id_alone_and_no_other_text_finds_anything(store):
    gone, broken, kept = (store.create(RunConfig(), name="it") for _ in range(3))
    assert find_deleted(store, gone.id) is None
    delete(gone)
    delete(broken)
    found = find_deleted(store, gone.id)
    assert found is not None
    assert (found.id, found.name) == (gone.id, "it")
    for text in (
        kept.id,
        gone.id[:-1],
        "",
        ".",
        "..",
        f"../{kept.id}",
        str(kept.path),
        "\0",
        "x" * 999,
    ):
        assert find_deleted(store, text) is None
    (trash(store).root / broken.id / "config.json").write_text("{")
    assert find_deleted(store, broken.id) is None


def test_without_a_name_the_last_deletion_is_taken_back(store):
    first, second = (store.create(RunConfig()) for _ in range(2))
    delete(second)
    delete(first)
    os.utime(trash(store).get(second.id).path, (1.0, 1.0))
    assert restore(store).id == first.id
    assert restore(store).id == second.id
    with pytest.raises(RunError, match="the trash is empty"):
        restore(store)


def test_a_run_that_trains_is_not_deleted(store, folder, record, started):
    write_worker(folder.path, WorkerRecord.mine())
    record(folder, started())
    with pytest.raises(RunError, match="is running: stop it before"):
        delete(folder)
    assert ids(store) == [folder.id]


def test_the_trash_can_be_emptied(store, folder):
    other = store.create(RunConfig())
    delete(folder)
    assert empty_trash(store) == 1
    assert ids(trash(store)) == []
    assert ids(store) == [other.id]
    assert empty_trash(store) == 0


def test_a_run_in_the_trash_is_deleted_once(store, folder):
    delete(folder)
    for gone in (trash(store).get(folder.id), folder):  # looked at there, or in another tab
        with pytest.raises(RunError, match="deleted already"):
            delete(gone)


def test_of_two_runs_with_one_id_neither_is_overwritten(store, folder):
    """A copy by hand, deleted beside the first."""
    shutil.copytree(folder.path, store.root / "copy")
    rename(folder, "first")
    delete(folder)
    twin = RunFolder((store.root / "copy").rename(folder.path))
    rename(twin, "second")
    with pytest.raises(RunError, match="is in the way: move that folder elsewhere"):
        delete(twin)
    with pytest.raises(RunError, match="is in the way: move that folder elsewhere"):
        restore(store, folder.id)
    assert read_label(trash(store).get(folder.id)).name == "first"
    assert read_label(store.get(folder.id)).name == "second"
    twin.path.rename(store.root / "copy")
    assert read_label(restore(store)).name == "first"
    delete(store.get(folder.id))  # and back and forth again
    assert read_label(restore(store, folder.id)).name == "first"
    assert ids(store) == sorted([folder.id, "copy"])


@pytest.mark.parametrize("hours", [-2, 2])
def test_the_last_deletion_is_the_last_whatever_the_clock_says(store, monkeypatch, hours):
    folders = [store.create(RunConfig()) for _ in range(3)]
    true = time.time_ns()
    for turn, folder in enumerate(folders):
        now = true + turn * hours * 3_600 * 10**9
        monkeypatch.setattr("mlcore.runs.library.trash.time.time_ns", lambda now=now: now)
        delete(folder)
    assert [restore(store).id for _ in folders] == [folder.id for folder in folders[::-1]]


def test_a_new_name_takes_the_place_of_the_old_one_and_leaves_the_settings_file(store):
    folder = store.create(RunConfig(), name="first")
    before = folder.config_path.read_bytes()
    rename(folder, "  second\n try ")
    assert read_label(folder).name == store.list()[0].name == "second try"
    rename(folder, "")
    assert read_label(folder).name == ""
    folder.label_path.write_text("torn{")
    assert read_label(folder).name == "first"
    assert folder.config_path.read_bytes() == before
