"""Stop a sweep from outside, whether or not a process runs it."""

from __future__ import annotations

import contextlib
import time

from mlcore.commands import Stop
from mlcore.errors import RunError
from mlcore.runs import RunFolder, RunStore, read_state, send
from mlcore.runs.active.queue import RunQueue
from mlcore.sweeps.folder import SweepFolder

__all__ = ["stop_sweep"]

_POLL = 0.02  # seconds


def stop_sweep(folder: SweepFolder, store: RunStore, seconds: float = 30.0) -> bool:
    """Stop a sweep and its runs, each with a checkpoint.

    Where no process runs it, the runs that a killed one left behind are stopped.

    Args:
        folder: of the sweep.
        store: of its runs.
        seconds: how long to wait for that.

    Returns:
        Whether all is still.

    Raises:
        RunError: the folder of the sweep cannot be read or written.
    """
    until = time.monotonic() + seconds
    if folder.controller is not None:
        folder.ask_stop()
        while folder.controller is not None:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
    sweep, queue = folder.read(), RunQueue(store.root)
    asked: set[str] = set()
    while True:
        left = [RunFolder(one.path) for one in store.list() if one.sweep == sweep.id]
        left = [run for run in left if read_state(run) in ("queued", "running", "paused")]
        if not left:
            return True
        for run in left:
            with contextlib.suppress(RunError):  # it is being deleted
                if run.id not in asked and not queue.cancel(run.id):
                    asked.add(run.id)
                    send(run, Stop(reason="shutdown"))
        if time.monotonic() > until:
            return False
        time.sleep(_POLL)
