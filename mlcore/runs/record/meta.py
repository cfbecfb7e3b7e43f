"""What config.json says of a run beside its settings, in the kinds that it must have."""

from __future__ import annotations

import contextlib
import math
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcore.runs.record.texts import one_line

__all__ = ["checked_meta", "time_in_id"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,59}")
_LATEST = 1e11  # unix seconds; what is later is no time of this world


def checked_meta(path: Path, found: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a config.json in their kinds; what is of another one counts as missing.

    Args:
        path: the run's folder.
        found: what was read.

    Returns:
        id, created (unix seconds), name, config (any value), parent (None, or run and checkpoint),
        experiment (its id, or None), sweep (None, or id and trial), versions and track (names of
        trackers); and whatever else was there.
    """
    parent, versions, track = (found.get(name) for name in ("parent", "versions", "track"))
    return {
        **found,
        "id": path.name,
        "created": _time(found.get("created"), path),
        "name": one_line(_text(found.get("name")) or ""),
        "config": found.get("config"),
        "parent": _parent(parent) if isinstance(parent, Mapping) else None,
        "experiment": _identifier(found.get("experiment")),
        "sweep": _sweep(found.get("sweep")),
        "versions": {name: value for name, value in versions.items() if _text(value)}
        if isinstance(versions, Mapping)
        else {},
        "track": [name for name in track if _text(name)] if isinstance(track, list) else [],
    }


def time_in_id(run: str) -> float:
    """When a run was made, as its id says; 0 where it does not."""
    with contextlib.suppress(ValueError, OverflowError):
        return time.mktime(time.strptime(run[:15], "%Y%m%d-%H%M%S"))
    return 0.0


def _parent(found: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: _text(found.get(name)) for name in ("run", "checkpoint")}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _sweep(found: Any) -> dict[str, Any] | None:
    """The sweep that a run is a trial of: its id, and the trial's number."""
    if not isinstance(found, Mapping) or _identifier(found.get("id")) is None:
        return None
    trial = found.get("trial")
    return {"id": found["id"], "trial": trial} if type(trial) is int and trial >= 0 else None


def _identifier(value: Any) -> str | None:
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def _time(value: Any, path: Path) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(value) and 0 <= value < _LATEST:
        return float(value)
    return time_in_id(path.name)
