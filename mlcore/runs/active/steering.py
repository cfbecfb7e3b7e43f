"""Ask something of a run that is under way, and hear what it answers. No torch."""

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
from mlcore.runs.record.control import send
from mlcore.runs.record.event_log import read_event
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.lines import LineReader
from mlcore.runs.record.status import ENDED, read_state

__all__ = ["Request"]

_PAUSE = 0.004  # seconds between two looks for an answer
_LIVES = 0.25  # seconds between two looks at the worker


class Request:
    """Something that was asked of a run; making one of these asks it.

    Attributes:
        loss: of the last step that the run told of since, or None.

    Raises:
        RunError: the control log cannot be written, or later the history cannot be read.
    """

    def __init__(self, folder: RunFolder, command: Command) -> None:
        self._folder, self._command = folder, command
        self.loss: float | None = None
        try:
            said = folder.events_path.stat().st_size
        except OSError:
            said = 0
        self._history = LineReader(folder.events_path, said)
        self._answer: Event | None = None
        send(folder, command)

    def answer(self) -> Event | None:
        """What the run answered, or that it ended; None while it has not."""
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
        """The answer, waited for; None when the time is over or the worker is gone.

        Args:
            seconds: how long at most; None: as long as the run is under way.
        """
        now = time.monotonic()
        until = None if seconds is None else now + seconds
        look = now + _LIVES
        while (event := self.answer()) is None:
            now = time.monotonic()
            if until is not None and now >= until:
                return None
            if now >= look:
                if read_state(self._folder) in ENDED:
                    return self.answer()
                look = now + _LIVES
            time.sleep(_PAUSE)
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
