"""Ask something of a run that is under way, and wait for its answer."""

from __future__ import annotations

import time

from mlcore.commands import Command, Continue, Edit, Pause, RunEpoch, RunSteps, Stop
from mlcore.events import (
    Continued,
    EditRefused,
    Event,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Stopped,
)
from mlcore.files import size_of
from mlcore.runs.record.control import send
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.lines import LineReader
from mlcore.runs.record.status import ENDED, read_state

__all__ = ["Request"]

_POLL = 0.004  # seconds between two reads of the history
_CHECK = 0.25  # seconds between two checks of the worker


class Request:
    """Something that was asked of a run; making one of these asks it.

    Attributes:
        loss: of the last step since then, or None.

    Raises:
        RunError: the control log cannot be written, or later the history cannot be read.
    """

    def __init__(self, folder: RunFolder, command: Command) -> None:
        self._folder, self._command = folder, command
        self.loss: float | None = None
        self._history = LineReader(folder.events_path, size_of(folder.events_path))
        self._answer: Event | None = None
        send(folder, command)

    def answer(self) -> Event | None:
        """What the run answered, or how it ended; None while it has not answered."""
        if self._answer is None:
            for _, record in self._history.read()[1]:
                if record.get("event") == "steps":
                    self.loss = next(reversed(record.get("losses") or [None]))
                try:
                    event = read_event(record)
                except ValueError:
                    continue
                if event is not None and _answers(event, self._command):
                    self._answer = event
                    break
        return self._answer

    def wait(self, seconds: float | None = None) -> Event | None:
        """Wait for the answer; None when the time is over or the worker is gone.

        Args:
            seconds: how long at most; None: as long as the run is under way.
        """
        now = time.monotonic()
        until = None if seconds is None else now + seconds
        check = now + _CHECK
        while (event := self.answer()) is None:
            now = time.monotonic()
            if until is not None and now >= until:
                return None
            if now >= check:
                if read_state(self._folder) in ENDED:
                    return self.answer()
                check = now + _CHECK
            time.sleep(_POLL)
        return event


def _answers(event: Event, command: Command) -> bool:
    """Whether an event answers a command; the end of the run answers all of them."""
    if isinstance(event, Finished | Stopped | Failed):
        return True
    match command:
        case Pause() | RunSteps() | RunEpoch():
            return isinstance(event, Paused)
        case Continue():
            return isinstance(event, Continued)
        case Edit(changes=changes):
            return isinstance(event, SettingsEdited | EditRefused) and event.changes == changes
        case Stop():
            return False
