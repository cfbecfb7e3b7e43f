"""Deleted runs: they are in `.trash` beside the others until the trash is emptied."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from mlcore.errors import MlcoreError, RunError
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.run_info import RunInfo, read_run_info
from mlcore.runs.library.store import TRASH, RunStore
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.recorder import EXIT_SECONDS, without_worker
from mlcore.runs.record.status import ENDED, STATE_WORDS, read_state

__all__ = [
    "count_deleted",
    "delete",
    "deleted_runs",
    "empty_trash",
    "find_deleted",
    "restore",
    "trash",
]


def trash(store: RunStore) -> RunStore:
    """The deleted runs of a store, as a store of their own."""
    return RunStore(store.root / TRASH)


def deleted_runs(store: RunStore) -> list[RunInfo]:
    """The deleted runs of a store, the one that was deleted last first."""
    when = {}
    for info in trash(store).list():
        with contextlib.suppress(OSError):  # restored just now
            when[info.id] = (info.path.stat().st_mtime_ns, info)
    return [info for _, info in sorted(when.values(), key=lambda pair: pair[0], reverse=True)]


def find_deleted(store: RunStore, run: str) -> RunInfo | None:
    """The deleted run of this id, whatever a person has typed for it; reads no other run."""
    try:
        known = any(path.name == run for path in (store.root / TRASH).iterdir())
        return read_run_info(RunFolder(store.root / TRASH / run)) if known else None
    except (OSError, RunError):
        return None


def count_deleted(store: RunStore) -> int:
    """How many runs lie in the trash; reads no run."""
    try:
        with os.scandir(store.root / TRASH) as entries:
            return sum(Path(entry.path, "config.json").is_file() for entry in entries)
    except OSError:
        return 0


def delete(folder: RunFolder) -> RunFolder:
    """Move a run to the trash; `restore` brings it back. One that waits to start is cancelled.

    Returns:
        The run where it lies now.

    Raises:
        RunError: it is training, was deleted already, or its folder cannot be moved.
    """
    root = folder.path.parent
    if root.name == TRASH or not folder.is_run():
        raise RunError("Run {run} is deleted already.", run=folder.id)
    if read_state(folder) == "queued":
        RunQueue(root).cancel(folder.id)
    _check_ended(folder)
    with without_worker(folder, EXIT_SECONDS):  # one that is just ending may still hold it
        _check_ended(folder)
        try:
            (root / TRASH).mkdir(exist_ok=True)
            _stamp(folder.path, root / TRASH)
            _move(folder.path, root / TRASH / folder.id)
        except OSError as error:
            raise _cannot_move(folder, error) from error
    return RunFolder(root / TRASH / folder.id)


def restore(store: RunStore, run: str = "") -> RunFolder:
    """Bring a deleted run back.

    Args:
        store: the one that it was deleted from.
        run: its id, or the beginning of it; empty: the one that was deleted last.

    Raises:
        RunError: there is no such run in the trash, or its folder cannot be moved.
    """
    deleted = trash(store)
    if run:
        folder = deleted.get(run)
    else:
        last = next(iter(deleted_runs(store)), None)
        if last is None:
            raise RunError("No run of {root} was deleted: the trash is empty.", root=store.root)
        folder = RunFolder(last.path)
    back = RunFolder(store.root / folder.id)
    try:
        _move(folder.path, back.path)
    except OSError as error:
        raise _cannot_move(folder, error) from error
    return back


def empty_trash(store: RunStore) -> int:
    """Delete for good what is in the trash; returns how many runs that were.

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
            raise _cannot_move(folder, error) from error
    return len(found)


def _check_ended(folder: RunFolder) -> None:
    state = read_state(folder)
    if state == "queued":
        raise RunError("Run {run} is about to start: stop it before it is deleted.", run=folder.id)
    if state not in ENDED:
        raise RunError(
            "Run {run} is {state}: stop it before it is deleted.",
            run=folder.id,
            state=MlcoreError(STATE_WORDS[state]),
        )


def _stamp(path: Path, deleted: Path) -> None:
    """Note when a run was deleted: after all others, whatever the clock says."""
    others = (other.stat().st_mtime_ns for other in deleted.iterdir())
    now = max(time.time_ns(), max(others, default=0) + 1_000)
    os.utime(path, ns=(now, now))


def _move(folder: Path, target: Path) -> None:
    """Rename a folder to a name that is free.

    Raises:
        OSError: it cannot be renamed.
        RunError: something of this name is there.
    """
    if os.path.lexists(target):
        raise RunError(
            "{target} is in the way: move that folder elsewhere, then try again.", target=target
        )
    folder.rename(target)


def _cannot_move(folder: RunFolder, error: OSError) -> RunError:
    return RunError(
        "{path} cannot be moved or deleted ({reason}): check that the runs folder is yours "
        "to write.",
        path=folder.path,
        reason=error.strerror,
    )
