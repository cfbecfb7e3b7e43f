"""Syncs a log while its writer works on: at most a second of it is lost when the power fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mlcore.errors import RunError

__all__ = ["BackgroundSync"]

_LATEST = 0.75  # seconds after which something written is synced
_GAP = 0.1  # seconds between two syncs that are asked for, as by epochs of a few milliseconds


class BackgroundSync:
    """Calls `sync` in a thread of its own, which begins when something is written.

    A sync takes 1 to 50 ms on most disks, and a training that waited for it would stand still;
    this thread sleeps in the kernel, without Python's lock.

    Args:
        sync: makes what was written last; raises a `RunError` where it cannot.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._changed = threading.Condition()
        self._due: float | None = None  # when to sync, on the monotonic clock; None: all is synced
        self._closed = False
        self._problem: RunError | None = None
        self._thread: threading.Thread | None = None

    def note(self, *, soon: bool = False) -> None:
        """Something was written, which is to last in a second, or as soon as possible."""
        due = time.monotonic() + (0.0 if soon else _LATEST)
        with self._changed:
            if self._due is not None and self._due <= due:
                return
            self._due = due
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def now(self) -> None:
        """Sync before this returns.

        Raises:
            RunError: the disk did not take it.
        """
        with self._changed:
            self._due = None
        self._sync()

    def check(self) -> None:
        """Report what went wrong in the thread.

        Raises:
            RunError: the disk did not take what was written.
        """
        if self._problem is not None:
            raise self._problem

    def close(self) -> None:
        """End the thread; what was written and is not synced yet stays so."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._wait():
            try:
                self._sync()
            except RunError as error:
                self._problem = error
            time.sleep(_GAP)

    def _wait(self) -> bool:
        """Sleep until something is due; False when it is time to end."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if self._due is not None and self._due <= now:
                    self._due = None
                    return True
                self._changed.wait(None if self._due is None else self._due - now)
            return False
