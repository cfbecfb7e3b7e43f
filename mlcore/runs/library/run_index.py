"""What was read of the runs that have ended, kept in a file beside them for the next process.

The file saves time and says nothing of its own: whoever finds it missing, old or damaged reads the
runs. A line counts only while the files of its run are those that it was read from.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mlcore.config import RunConfig
from mlcore.errors import MlcoreError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object
from mlcore.runs.library.cache import Cached, Fingerprint
from mlcore.runs.library.run_info import RunInfo

__all__ = ["INDEX", "read_index", "write_index"]

INDEX = ".index.json"
"""Its name, in the folder of the runs."""

_FORM = 1  # raised whenever a line is read from a run in another way
_MOST = 2**26  # bytes; a line of a thousand runs takes 500
_DAMAGE = (OSError, ValueError, TypeError, LookupError, AttributeError, MlcoreError)
_FIELDS = tuple(one.name for one in fields(RunInfo) if one.name not in ("id", "path", "config"))


def read_index(root: Path) -> dict[str, Cached[RunInfo]]:
    """Id → what was read of each run, and from which files; empty where there is no whole index."""
    with contextlib.suppress(*_DAMAGE):
        found = read_object(root / INDEX, _MOST)
        if found["digest"] == _digest(found["runs"], found["configs"]):
            configs = [RunConfig.from_json(one) for one in found["configs"]]
            return dict(_entries(root, found["runs"], configs))
    return {}


def write_index(root: Path, entries: Mapping[str, Cached[RunInfo]]) -> None:
    """Write what was read; where that is not possible it is read again the next time."""
    configs: dict[RunConfig, int] = {}
    runs = {
        run: [
            cached.fingerprint,
            configs.setdefault(cached.result.config, len(configs)),
            [getattr(cached.result, name) for name in _FIELDS],
        ]
        for run, cached in entries.items()
        if all(math.isfinite(one) for one in _numbers(cached.result))  # JSON holds no others
    }
    plain = json.loads(json.dumps({"runs": runs, "configs": [one.to_json() for one in configs]}))
    with contextlib.suppress(MlcoreError, OSError):
        text = json.dumps(plain | {"digest": _digest(plain["runs"], plain["configs"])})
        write_atomically(root / INDEX, text, sync=False)


def _numbers(info: RunInfo) -> Iterator[float]:
    values = (getattr(info, name) for name in _FIELDS)
    return (value for value in values if isinstance(value, float))


def _entries(
    root: Path, runs: Mapping[str, Any], configs: list[RunConfig]
) -> Iterator[tuple[str, Cached[RunInfo]]]:
    for run, (files, config, values) in runs.items():
        known = dict(zip(_FIELDS, values, strict=True))
        known["tags"] = tuple(known["tags"])
        fingerprint: Fingerprint = tuple(tuple(file) if file else None for file in files)
        info = RunInfo(id=run, path=root / run, config=configs[config], **known)
        yield run, Cached(fingerprint, info)


def _digest(runs: Any, configs: Any) -> str:
    """Of the content, the program that wrote it, and what it reads of a run."""
    try:
        version = importlib.metadata.version("mlcore")
    except importlib.metadata.PackageNotFoundError:
        version = "unknown"
    text = json.dumps([_FORM, version, _FIELDS, runs, configs], separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
