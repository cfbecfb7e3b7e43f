"""control.jsonl: what people ask of a run, appended by anyone, heeded by its worker."""

from __future__ import annotations

import time

from mlcore import commands
from mlcore.commands import Command
from mlcore.errors import SettingsError
from mlcore.runs.folder import RunFolder
from mlcore.runs.lines import LineReader, append_line
from mlcore.runs.standing import START

__all__ = ["ControlLog", "mark_start", "send"]


def send(folder: RunFolder, command: Command) -> None:
    """Ask something of a run: one whole line in its control log.

    Raises:
        RunError: the log cannot be written.
    """
    append_line(folder.control_path, {**commands.to_json(command), "time": time.time()})


def mark_start(folder: RunFolder) -> None:
    """Ask for a (new) start: whatever was asked before no longer counts.

    Raises:
        RunError: the log cannot be written.
    """
    append_line(folder.control_path, {"command": START, "time": time.time()})


class ControlLog:
    """The worker's side: the commands that stand behind the last start marker.

    Attributes:
        heeded: bytes of the log that were read when this was made; its start marker is in them.
        refused: lines that are no command; they are passed over.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._reader = LineReader(folder.control_path)
        self.refused = 0
        self._waiting = self._take()
        self.heeded = self._reader.offset

    def poll(self) -> list[Command]:
        """What was asked since the last call, oldest first; costs one `stat` when nothing was.

        Raises:
            RunError: the log cannot be read.
        """
        found, self._waiting = self._waiting + self._take(), []
        return found

    def _take(self) -> list[Command]:
        anew, lines = self._reader.read()
        if anew:
            self._waiting = []
        found: list[Command] = []
        for _, record in lines:
            if record.get("command") == START:
                self._waiting, found = [], []
                continue
            try:
                found.append(commands.from_json(record))
            except SettingsError:
                self.refused += 1
        return found
