"""control.jsonl: what people ask of a run, appended by anyone, handled by its worker."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from mlcore import commands
from mlcore.commands import Command, Edit
from mlcore.config import EDITABLE, find_setting
from mlcore.errors import MlcoreError, RunError, SettingsError
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.history import History
from mlcore.runs.record.lines import LineReader, LineWriter, append_line
from mlcore.runs.record.locks import wait_lock
from mlcore.runs.record.messages import lost_checkpoints
from mlcore.runs.record.reserve import reserve
from mlcore.runs.record.status import START_MARKER, STATE_WORDS, read_state

__all__ = ["ControlLog", "ask_resume", "ask_start", "send", "start_lock"]


def send(folder: RunFolder, command: Command) -> None:
    """Ask something of a run: one whole line in its control log.

    Raises:
        RunError: the log cannot be written.
    """
    append_line(folder.control_path, {**commands.to_json(command), "time": time.time()})


def ask_start(folder: RunFolder, changes: Mapping[str, Any] | None = None) -> None:
    """Ask for a (new) start: whatever was asked before no longer counts.

    Args:
        folder: the run.
        changes: an edit to make first; in the same line, so that both are asked for or neither.

    Raises:
        RunError: the log cannot be written.
    """
    edit = {"changes": dict(changes)} if changes else {}
    append_line(folder.control_path, {"command": START_MARKER, "time": time.time(), **edit})


def ask_resume(folder: RunFolder, changes: Mapping[str, Any] | None = None) -> None:
    """Ask that a run which has ended resumes from its last checkpoint; a worker must follow.

    Where this raises, nothing was asked.

    Args:
        folder: the run.
        changes: settings to change before the next step: dotted name → value, as in an `Edit`.

    Raises:
        RunError: it is training right now, is finished and no more epochs are asked for, or its
            checkpoints are gone.
        SettingsError: a change names no setting or one that is fixed, or its value is refused.
    """
    changes = dict(changes or {})
    with start_lock(folder):
        if changes:
            _check(folder, changes)
        now = read_state(folder)
        if now in ("running", "paused"):
            raise RunError(
                "Run {run} is {state} already: there is nothing to resume.",
                run=folder.id,
                state=MlcoreError(STATE_WORDS[now]),
            )
        if now == "finished" and "train.epochs" not in changes:
            raise RunError(
                "Run {run} is finished: give it more epochs (train.epochs) to resume it.",
                run=folder.id,
            )
        if now != "queued":
            if (gone := lost_checkpoints(folder)) is not None:
                raise gone
            folder.keep_settings()
            reserve(folder.path)
            ask_start(folder, changes)
        elif changes:  # a start is asked for already
            send(folder, Edit(changes=changes))


@contextlib.contextmanager
def start_lock(folder: RunFolder) -> Iterator[None]:
    """Within the block nobody else, of this server or another, asks for a start.

    Raises:
        RunError: the control log cannot be written.
    """
    with LineWriter(folder.control_path) as log:
        wait_lock(log.fd, folder.control_path)
        yield


def _check(folder: RunFolder, changes: Mapping[str, Any]) -> None:
    """Refuse changes that do not go with the run's settings, the edits made so far included."""
    history = History(folder)
    history.refresh()
    for name in changes:
        if find_setting(name).name not in EDITABLE:
            raise SettingsError(
                "`{name}` is fixed once a run has started: begin a new run from its checkpoint.",
                name=name,
            )
    history.config.with_values(changes)


class ControlLog:
    """The worker's side: the commands behind the last start marker.

    Attributes:
        offset: bytes of the log that were read when this was made; its start marker is in them.
        refused: lines that are no command; they are skipped.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._reader = LineReader(folder.control_path)
        self.refused = 0
        self._pending = self._read()
        self.offset = self._reader.offset

    def poll(self) -> list[Command]:
        """What was asked since the last call, oldest first; costs one `stat` when nothing was.

        Raises:
            RunError: the log cannot be read.
        """
        found, self._pending = self._pending + self._read(), []
        return found

    def _read(self) -> list[Command]:
        replaced, lines = self._reader.read()
        if replaced:
            self._pending = []
        found: list[Command] = []
        for _, record in lines:
            try:
                if record.get("command") == START_MARKER:
                    self._pending, found = [], []
                    if not record.get("changes"):
                        continue
                    record = {"command": Edit.kind, "changes": record["changes"]}
                found.append(commands.from_json(record))
            except SettingsError:
                self.refused += 1
        return found
