"""Deleted runs: they lie in `.trash` beside the others until the trash is emptied. No torch."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from mlcore.errors import RunError
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.store import RunStore
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.recorder import PARTING, no_worker
from mlcore.runs.record.status import ENDED, read_state

__all__ = ["delete", "empty_trash", "restore", "trash"]


def trash(store: RunStore) -> RunStore:
    """The deleted runs of a store, as a store of their own."""
    return RunStore(store.root / ".trash")


def delete(folder: RunFolder) -> None:
    """Put a run into the trash; `restore` brings it back. One that waits to start is cancelled.

    Raises:
        RunError: it is under way, was deleted already, or its folder cannot be moved.
    """
    root = folder.path.parent
    if root.name == ".trash" or not folder.config_path.is_file():
        raise RunError(f"Run {folder.id} is deleted already.")
    if read_state(folder) == "queued":
        RunQueue(root).cancel(folder.id)
    _check_ended(folder)
    with no_worker(folder, PARTING):  # one that is just ending may still hold it
        _check_ended(folder)
        try:
            (root / ".trash").mkdir(exist_ok=True)
            _stamp(folder.path, root / ".trash")
            _move(folder.path, root / ".trash" / folder.id)
        except OSError as error:
            raise _sentence(folder, error) from error


def restore(store: RunStore, run: str = "") -> RunFolder:
    """Bring a deleted run back.

    Args:
        store: where it was deleted.
        run: its id, or the beginning of it; empty: the one that was deleted last.

    Raises:
        RunError: there is no such run in the trash, or its folder cannot be moved.
    """
    deleted = trash(store)
    if run:
        folder = deleted.get(run)
    else:
        paths = [info.path for info in deleted.list()]
        if not paths:
            raise RunError(f"No run of {store.root} was deleted: the trash is empty.")
        folder = RunFolder(max(paths, key=lambda path: path.stat().st_mtime_ns))
    back = RunFolder(store.root / folder.id)
    try:
        _move(folder.path, back.path)
    except OSError as error:
        raise _sentence(folder, error) from error
    return back


def empty_trash(store: RunStore) -> int:
    """Delete for good what lies in the trash; returns how many runs that were.

    Raises:
        RunError: something of it cannot be deleted.
    """
    deleted = trash(store)
    try:
        found = [RunFolder(path) for path in deleted.root.iterdir()]
    except OSError:
        return 0
    for folder in found:
        try:
            shutil.rmtree(folder.path)
        except OSError as error:
            raise _sentence(folder, error) from error
    return len(found)


def _check_ended(folder: RunFolder) -> None:
    state = read_state(folder)
    if state not in ENDED:
        now = "about to start" if state == "queued" else state
        raise RunError(f"Run {folder.id} is {now}: stop it before it is deleted.")


def _stamp(path: Path, deleted: Path) -> None:
    """Note when a run was deleted: behind all others, whatever the clock says."""
    others = (other.stat().st_mtime_ns for other in deleted.iterdir())
    now = max(time.time_ns(), max(others, default=0) + 1_000)
    os.utime(path, ns=(now, now))


def _move(folder: Path, place: Path) -> None:
    """Rename a folder to a name that is free.

    Raises:
        OSError: it cannot be renamed.
        RunError: something of this name is there.
    """
    if os.path.lexists(place):
        raise RunError(f"{place} is in the way: move that folder elsewhere, then try again.")
    folder.rename(place)


def _sentence(folder: RunFolder, error: OSError) -> RunError:
    return RunError(
        f"{folder.path} cannot be moved or deleted ({error.strerror}): "
        "check that the runs folder is yours to write."
    )
