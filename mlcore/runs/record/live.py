"""The folder `live/` of a run: who wants to see its network, and the picture its worker draws.

A page asks by touching an empty file that is named after a test image; its time of change says
that somebody still looks. The worker of the run answers with one file that is replaced whole. None
of it is part of the run's record: nothing is synced, packed or read by a run that resumes.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlcore.errors import RunError
from mlcore.files import write_atomically
from mlcore.plain_json import read_object

__all__ = [
    "FRESH_SECONDS",
    "MOST_BYTES",
    "MOST_IMAGES",
    "ask_picture",
    "asked_images",
    "picture_time",
    "read_picture",
    "write_picture",
]

FRESH_SECONDS = 12.0
"""How long a request holds; a page among many is refreshed every 8 s at least."""

MOST_IMAGES = 4
"""Images that are drawn at a time: those that were asked for last."""

MOST_BYTES = 2**19
"""Bytes of a picture, at most; the quick start's has about 60,000."""

_NAME = re.compile(r"\d{1,9}", re.ASCII)
_MOST_FILES = 64  # that are looked at; no page leaves so many


def ask_picture(run: Path, image: int) -> None:
    """Ask for a picture of a run's network with this test image, and keep asking.

    Where the folder cannot be written nothing is asked, and the run goes on without pictures.

    Args:
        run: the run's folder.
        image: number in the test set.
    """
    folder = _folder(run)
    with contextlib.suppress(OSError):
        folder.mkdir(exist_ok=True)
        (folder / f"{image}").touch()


def asked_images(run: Path) -> tuple[int, ...]:
    """The test images that pages want to see now, ascending; requests that are old are removed.

    Costs one failed look at a folder where nobody ever asked.

    Args:
        run: the run's folder.
    """
    now, found = time.time(), []
    for path, changed in _requests(_folder(run)):
        if abs(now - changed) <= FRESH_SECONDS:
            found.append((changed, int(path.name)))
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    newest = sorted(found, reverse=True)[:MOST_IMAGES]
    return tuple(sorted(image for _, image in newest))


def write_picture(run: Path, picture: Mapping[str, Any]) -> None:
    """Replace the picture of a run; one that is too large or cannot be written is left out.

    Args:
        run: the run's folder.
        picture: what `mlcore.insight.diagram.Diagram.to_json` gave.
    """
    text = json.dumps(dict(picture), separators=(",", ":"), allow_nan=False)
    if len(text) <= MOST_BYTES:
        with contextlib.suppress(RunError):
            write_atomically(_picture(run), text, sync=False)


def picture_time(run: Path) -> int:
    """When the picture of a run was written (ns); 0 where there is none."""
    try:
        return _picture(run).stat().st_mtime_ns
    except OSError:
        return 0


def read_picture(run: Path) -> dict[str, Any] | None:
    """The last picture of a run; None where there is none that can be read."""
    try:
        return read_object(_picture(run), MOST_BYTES)
    except (OSError, ValueError):
        return None


def _folder(run: Path) -> Path:
    return run / "live"


def _picture(run: Path) -> Path:
    return _folder(run) / "picture.json"


def _requests(folder: Path) -> Iterator[tuple[Path, float]]:
    """Request files and when they were touched, a limited number of them."""
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, _MOST_FILES):
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield folder / entry.name, entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return
