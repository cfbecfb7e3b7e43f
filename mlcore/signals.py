"""SIGTERM and Ctrl-C become a command to the run, so that it ends with a checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mlcore.commands import Command, Stop

__all__ = ["Shutdown", "ignore_signals", "shutdown_on_signals"]


class Shutdown:
    """Remembers that the process was asked to end, until the run polls it."""

    def __init__(self) -> None:
        self._asked = False

    def poll(self) -> list[Command]:
        """`Stop(reason="shutdown")` once after the process was asked to end, else nothing."""
        if not self._asked:
            return []
        self._asked = False
        return [Stop(reason="shutdown")]

    def ask(self) -> None:
        """Ask the run to stop at its next step."""
        self._asked = True


def ignore_signals() -> None:
    """SIGTERM and SIGINT do nothing from now on: the process is about to end by itself."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def shutdown_on_signals(*, patient: bool = False) -> Iterator[Shutdown]:
    """Within the block, the first SIGTERM or SIGINT asks the run to stop; a second acts as usual.

    Outside the main thread signals are left alone.

    Args:
        patient: a second one changes nothing: `torchrun` and the terminal both send one.
    """
    shutdown = Shutdown()
    if threading.current_thread() is not threading.main_thread():
        yield shutdown
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if not patient:
            restore()
        shutdown.ask()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield shutdown
    finally:
        restore()
