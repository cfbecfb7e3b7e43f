"""One run's folder: its files by name, its settings, its checkpoints."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import CheckpointSaved, Started
from mlcore.runs.record.event_log import latest_events

__all__ = ["START_FILE", "RunFolder", "checkpoint_name"]

START_FILE = "start.pt"
"""Name of the checkpoint that a run begins from, if it does not begin with a new model."""

_SAVED = re.compile(r"step-(\d{8,})\.pt")


class RunFolder:
    """A run's folder on disk; making one of these reads nothing.

    Attributes:
        path: the folder.
        id: the run's id, the folder's name.
        config_path: settings, parent and versions: written once, by the starter.
        label_path: name, tags and note, if a person has given the run any since it was made.
        events_path: the history: appended by the worker.
        control_path: commands: appended by anyone.
        checkpoints_path: the folder of the checkpoints.
        error_path: tracebacks of faults of the program, for those who fix them.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.id = path, path.name
        self.config_path = path / "config.json"
        self.label_path = path / "label.json"
        self.events_path = path / "events.jsonl"
        self.control_path = path / "control.jsonl"
        self.checkpoints_path = path / "checkpoints"
        self.error_path = path / "error.log"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @functools.cached_property
    def meta(self) -> dict[str, Any]:
        """What config.json holds: id, created, name, config, parent, versions.

        Raises:
            RunError: it is missing or damaged.
        """
        try:
            found = json.loads(self.config_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError("{path} is no run: it has no config.json.", path=self.path) from None
        except OSError as error:
            raise RunError(
                "{path} cannot be read ({reason}).", path=self.config_path, reason=error.strerror
            ) from error
        except ValueError:
            found = None
        if not isinstance(found, dict) or "config" not in found:
            raise RunError(
                "{path} is damaged: delete the folder, or put back a whole file.",
                path=self.config_path,
            )
        return found

    @functools.cached_property
    def config(self) -> RunConfig:
        """The settings the run was made with; edits are in its history.

        Raises:
            RunError: they cannot be read.
        """
        try:
            return RunConfig.from_json(self.meta["config"])
        except SettingsError as error:
            raise RunError(
                "{path} holds settings that are not possible: {error}",
                path=self.config_path,
                error=error,
            ) from error

    def checkpoints(self) -> list[Path]:
        """The whole checkpoints in the folder, by step; `start.pt` comes first."""
        try:
            found = list(self.checkpoints_path.iterdir())
        except OSError:
            return []
        kept = [path for path in found if path.name == START_FILE or _SAVED.fullmatch(path.name)]
        return sorted(kept, key=checkpoint_step)

    def last_checkpoint(self) -> Path | None:
        """The checkpoint of the latest step, or None if there is none."""
        return next(reversed(self.checkpoints()), None)

    def best_checkpoint(self) -> Path | None:
        """The checkpoint with the lowest validation loss (training loss without validation).

        The history says which one it is; None if it names none or the file is gone.
        """
        for saved in latest_events(self.events_path, CheckpointSaved):
            if saved.best:
                file = self.checkpoints_path / Path(saved.file).name
                return file if file.is_file() else None
        return None

    def last_start(self) -> Started | None:
        """How the run was started last; None if it never was."""
        return next(latest_events(self.events_path, Started), None)


def checkpoint_name(step: int) -> str:
    """The file name of the checkpoint written after `step` steps."""
    return f"step-{step:08d}.pt"


def checkpoint_step(path: Path) -> int:
    """The step that a checkpoint's file name states; -1 for `start.pt`."""
    found = _SAVED.fullmatch(path.name)
    return int(found[1]) if found else -1
