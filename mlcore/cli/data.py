"""`mlcore data`: what is on disk of each data set; fetch one, verify one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import JsonOption
from mlcore.cli.files import fetch_shown
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import POSITIONAL, argument
from mlcore.config import DataConfig, data_root
from mlcore.data import CATALOG, DataStatus, find_family, status, verify
from mlcore.errors import SettingsError
from mlcore.rules import nearest, shortened
from mlcore.words import file_size

__all__ = ["run"]

_ACTIONS = ("status", "fetch", "verify")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Show what is on disk of each data set, fetch one, or verify one against its publication."""

    action: Annotated[str, POSITIONAL, argument("status (default), fetch or verify", "ACTION")] = ""
    name: Annotated[str, POSITIONAL, argument("the data set; verify without one: all", "NAME")] = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """Show, fetch or verify data sets; 1 when a verified one is damaged or missing."""
    options, given = read("data", Options, argv, settings=("data.root",))
    root = data_root(DataConfig(root=str(given.get("data.root", ""))))
    action = options.action or "status"
    if action not in _ACTIONS:
        raise SettingsError(
            "`mlcore data` knows status, fetch and verify, but got {action!r}{hint}.",
            action=shortened(action),
            hint=nearest(action, _ACTIONS),
        )
    if action == "fetch":
        return _fetch(options.name, root, options.json)
    names = [find_family(options.name).name] if options.name else list(CATALOG)
    if action == "verify":
        on_disk = [name for name in names if status(name, root).state != "missing"]
        found = [verify(name, root) for name in (names if options.name else on_disk)]
    else:
        found = [status(name, root) for name in names]
    _show(found, root, as_json=options.json)
    if action == "verify" and not all(entry.usable for entry in found):
        return 1
    return 0


def _fetch(name: str, root: Path, as_json: bool) -> int:
    if not name:
        raise SettingsError(
            "`mlcore data fetch` needs a name: choose from {names}.", names=", ".join(CATALOG)
        )
    if not status(name, root).usable:
        fetch_shown(name, root)
    _show([status(name, root)], root, as_json=as_json)
    return 0


def _show(found: Sequence[DataStatus], root: Path, *, as_json: bool) -> None:
    if as_json:
        for entry in found:
            print_json(_record(entry))
        return
    rows = [
        (
            entry.name,
            entry.state,
            f"{entry.train_images:,}",
            f"{entry.test_images:,}",
            file_size(_on_disk(entry.folder)) if entry.usable and entry.folder else "–",
            file_size(entry.download_bytes) if entry.download_bytes else "–",
        )
        for entry in found
    ]
    print(f"data sets in {root}")
    print(table(("name", "state", "training", "test", "on disk", "download"), rows, left=2))
    for entry in found:
        if entry.state == "damaged":
            print(f"mlcore: {entry.message}", file=sys.stderr)


def _on_disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _record(entry: DataStatus) -> dict[str, object]:
    return {
        "name": entry.name,
        "title": entry.title,
        "state": entry.state,
        "folder": str(entry.folder) if entry.folder else None,
        "message": str(entry.message),
        "train_images": entry.train_images,
        "test_images": entry.test_images,
        "bytes": _on_disk(entry.folder) if entry.usable and entry.folder else 0,
        "download_bytes": entry.download_bytes,
    }
