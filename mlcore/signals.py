"""SIGTERM, Ctrl-C and a closed terminal become a command to the run: it ends with a checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mlcore.commands import Command, Stop

__all__ = ["Shutdown", "ignore_signals", "shutdown_on_signals"]


_HANGUP = tuple(filter(None, [getattr(signal, "SIGHUP", None)]))  # Windows has none


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


def _asking() -> list[signal.Signals]:
    """The signals that ask a process to end; SIGHUP is none where `nohup` has it ignored."""
    hangup = [number for number in _HANGUP if signal.getsignal(number) != signal.SIG_IGN]
    return [signal.SIGTERM, signal.SIGINT, *hangup]


def ignore_signals() -> None:
    """What asks a process to end does nothing from now on: it is about to end by itself."""
    for number in _asking():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def shutdown_on_signals(*, patient: bool = False) -> Iterator[Shutdown]:
    """Within the block, the first signal that asks to end stops the run; a second acts as usual.

    A second SIGHUP changes nothing: a terminal that is closed may send two. Outside the main thread
    signals are left alone.

    Args:
        patient: a second one changes nothing: `torchrun` and the terminal both send one.
    """
    shutdown = Shutdown()
    if threading.current_thread() is not threading.main_thread():
        yield shutdown
        return
    before = {number: signal.getsignal(number) for number in _asking()}

    def restore(*left: int) -> None:
        for number, handler in before.items():
            if number not in left:
                signal.signal(number, handler)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if not patient:
            restore(*_HANGUP)
        shutdown.ask()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield shutdown
    finally:
        restore()
