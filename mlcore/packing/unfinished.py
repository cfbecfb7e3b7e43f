"""The folder of a run while it is brought in: hidden beside the others, and gone if that fails.

It gets its name when the run is complete. What a kill left of one goes when the next run is
brought in.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mlcore.errors import RunError
from mlcore.files import sync_folder
from mlcore.runs import RunFolder
from mlcore.runs.library.store import TRASH
from mlcore.runs.record.locks import folder_lock, try_lock
from mlcore.runs.record.meta import time_in_id

__all__ = ["clear_unfinished", "settle", "unfinished_folder"]

_PREFIX = ".unpacking-"
_TRIES = 100


def clear_unfinished(root: Path) -> None:
    """Delete what processes left that were killed while they brought in a run."""
    for path in root.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                if try_lock(descriptor):
                    shutil.rmtree(path)
            finally:
                os.close(descriptor)


@contextmanager
def unfinished_folder(root: Path) -> Iterator[RunFolder]:
    """A hidden folder that is gone after the block, unless it was renamed."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / f"{_PREFIX}{secrets.token_hex(8)}"
    with folder_lock(root):  # so that nobody takes it for a leftover before it is locked
        clear_unfinished(root)
        path.mkdir()
        descriptor = os.open(path, os.O_RDONLY)
        try_lock(descriptor)
    try:
        yield RunFolder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def settle(folder: RunFolder, root: Path, original: str) -> str:
    """Give the run its id, and with it a place among the others."""
    sync_folder(folder.checkpoints_path)
    sync_folder(folder.path)
    with folder_lock(root):
        run = _free_id(root, original)
        folder.path.rename(root / run)
    sync_folder(root)
    return run


def _free_id(root: Path, original: str) -> str:
    """The id in the file if no run here has it, deleted ones included; else another one.

    One that claims to be from a time to come is replaced too: the newest run is the last by id.
    """
    second = original[:15] if 0 < time_in_id(original) < time.time() else ""
    second = second or time.strftime("%Y%m%d-%H%M%S")
    wanted = original if original.startswith(second) else f"{second}-{secrets.token_hex(2)}"
    for _ in range(_TRIES):
        if not any(os.path.lexists(folder / wanted) for folder in (root, root / TRASH)):
            return wanted
        wanted = f"{second}-{secrets.token_hex(2)}"
    raise RunError("{root} holds too many runs of this second.", root=root)
