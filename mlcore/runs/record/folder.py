"""One run's folder: its files by name, its settings, its checkpoints."""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.errors import Notice, RunError, SettingsError
from mlcore.events import CheckpointSaved, Started
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.runs.record.event_log import latest_events
from mlcore.runs.record.meta import checked_meta
from mlcore.runs.record.recovery import recovered_meta
from mlcore.runs.record.texts import one_line

__all__ = ["CONFIG_FILE", "START_FILE", "RunFolder", "checkpoint_name"]

CONFIG_FILE = "config.json"
"""Name of the file that makes a folder a run."""

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
        self.config_path = path / CONFIG_FILE
        self.label_path = path / "label.json"
        self.events_path = path / "events.jsonl"
        self.control_path = path / "control.jsonl"
        self.checkpoints_path = path / "checkpoints"
        self.error_path = path / "error.log"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @functools.cached_property
    def meta(self) -> dict[str, Any]:
        """What config.json holds: id, created, name, config, parent, experiment, versions.

        Where it is lost, what the run's checkpoints say of it, and "rebuilt", the file it is from.

        Raises:
            RunError: it is missing or damaged, and no checkpoint says what was in it.
        """
        return self._settings[0]

    @property
    def config(self) -> RunConfig:
        """The settings the run was made with; edits are in its history.

        Raises:
            RunError: they cannot be read.
        """
        return self._settings[1]

    @functools.cached_property
    def _settings(self) -> tuple[dict[str, Any], RunConfig]:
        try:
            found = checked_meta(self.path, self._read_meta())
            return found, self._read_config(found)
        except RunError:
            recovered = self._recovered()
            if recovered is None:
                raise
            return recovered

    def _read_meta(self) -> dict[str, Any]:
        try:
            found = read_object(self.config_path)
        except FileNotFoundError:
            raise RunError("{path} is no run: it has no config.json.", path=self.path) from None
        except OSError as error:
            raise RunError(
                "{path} cannot be read ({reason}).", path=self.config_path, reason=error.strerror
            ) from error
        except ValueError:
            found = {}
        if "config" not in found:
            raise RunError(
                "{path} is damaged: delete the folder, or put back a whole file.",
                path=self.config_path,
            )
        return found

    def _read_config(self, found: dict[str, Any]) -> RunConfig:
        try:
            return RunConfig.from_json(found["config"])
        except SettingsError as error:
            raise RunError(
                "{path} holds settings that are not possible: {error}",
                path=self.config_path,
                error=error,
            ) from error

    def _recovered(self) -> tuple[dict[str, Any], RunConfig] | None:
        own = [(checkpoint_step(path), path) for path in self.checkpoints()]
        found = recovered_meta([(step, path) for step, path in own if step >= 0], self.events_path)
        if found is None:
            return None
        if own[0][0] < 0:  # of which run it is a fork is not known
            found["parent"] = {"run": None, "checkpoint": START_FILE}
        found = checked_meta(self.path, found)
        return found, RunConfig.from_json(found["config"])

    @property
    def rebuilt(self) -> Notice | None:
        """What is not known of a run whose config.json was lost; None for any other.

        Raises:
            RunError: its settings cannot be read.
        """
        file = self.meta.get("rebuilt")
        if not isinstance(file, str):
            return None
        return Notice(
            "config.json of run {run} was lost, and its settings are taken from {file}: what it "
            "was called at first and which run it was forked from are not known.",
            run=self.id,
            file=one_line(file),
        )

    def keep_settings(self) -> None:
        """Write config.json again where it was lost and could be rebuilt.

        Raises:
            RunError: it cannot be written, or the settings cannot be read.
        """
        if self.rebuilt is not None:
            write_atomically(self.config_path, json.dumps(self.meta, indent=2) + "\n")

    def is_run(self) -> bool:
        """Whether a run is here: its config.json, in whatever state, or else a checkpoint of it."""
        if os.path.lexists(self.config_path):
            return True
        return any(checkpoint_step(path) >= 0 for path in self.checkpoints())

    def checkpoints(self) -> list[Path]:
        """The whole checkpoints in the folder, by step; `start.pt` comes first."""
        try:
            found = list(self.checkpoints_path.iterdir())
        except (OSError, ValueError):  # ValueError: what a person typed is no path
            return []
        kept = [path for path in found if path.name == START_FILE or _SAVED.fullmatch(path.name)]
        return sorted(kept, key=checkpoint_step)

    def begins_at_a_checkpoint(self) -> bool:
        """Whether its first weights were given to it, rather than drawn at random.

        Raises:
            RunError: its config.json is missing or damaged.
        """
        stated = (self.meta["parent"] or {}).get("checkpoint")
        return bool(stated) or (self.checkpoints_path / START_FILE).is_file()

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
