"""The settings of a run whose config.json is lost, from its last checkpoint, which holds them.

A checkpoint holds the settings in force; the edits made before it are taken back as the history
tells them, so that the result is what the run was made with. Nothing here loads torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.errors import CheckpointError, SettingsError
from mlcore.events import SettingsEdited
from mlcore.runs.record.event_log import latest_events

__all__ = ["recovered_meta"]


def recovered_meta(checkpoints: Iterable[tuple[int, Path]], events: Path) -> dict[str, Any] | None:
    """What config.json held, as far as it can be known; None where no checkpoint says it.

    Args:
        checkpoints: step and file of those that the run has written, in order.
        events: its history.
    """
    for step, file in reversed(list(checkpoints)):
        found = _stated(file)
        if found is not None:
            config, versions = found
            return {
                "config": _without_edits(config, step, events).to_json(),
                "versions": versions,
                "rebuilt": file.name,
            }
    return None


def _stated(file: Path) -> tuple[RunConfig, dict[str, str]] | None:
    """Settings and versions in a checkpoint; None where it cannot be read."""
    from mlcore.checkpoint.forms import recognise
    from mlcore.checkpoint.stated import read_config, read_versions
    from mlcore.checkpoint.untrusted import limits
    from mlcore.checkpoint.untrusted.containers import read_contents
    from mlcore.checkpoint.untrusted.source import open_source

    try:
        with open_source(file, limits.MAX_BYTES) as source:
            raw = recognise(read_contents(source))
        if raw.form != "full" or raw.config is None:
            return None
        return read_config(raw.config), read_versions(raw.versions)
    except (CheckpointError, OSError, MemoryError):
        return None


def _without_edits(config: RunConfig, step: int, events: Path) -> RunConfig:
    """The settings before the edits that were made up to a step.

    One that is not in force was dropped, as the run was resumed from before it.
    """
    for edit in latest_events(events, SettingsEdited):
        if edit.step > step:
            continue
        try:
            if config.with_values(edit.changes) == config:
                config = config.with_values(edit.before)
        except SettingsError:
            continue
    return config
