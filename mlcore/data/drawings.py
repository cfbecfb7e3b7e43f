"""A set of one's own: drawings with the label that a person gave them.

They lie in the data folder as `drawings/<label>/<time>-<hash>.png`, 28 × 28 as a model takes them,
each beside what was drawn, in `….original.png`. A file is written whole or not at all, and never
over another: its name says when it was kept and what it holds.
"""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mlcore.errors import DataError
from mlcore.files import atomic_file, cannot_write, size_of
from mlcore.words import file_size

__all__ = [
    "MOST_BYTES",
    "MOST_DRAWINGS",
    "count_drawings",
    "drawings_folder",
    "forget_drawing",
    "keep_drawing",
    "label_of",
    "newest_drawings",
    "pack_drawings",
]

MOST_DRAWINGS = 10_000
"""Drawings that are kept, at most."""

MOST_BYTES = 256 * 2**20
"""Bytes of all their files, at most."""

_ORIGINAL = ".original.png"
_LONGEST = 24  # characters of a label


def drawings_folder(root: Path) -> Path:
    """Where they lie in a data folder."""
    return root / "drawings"


def keep_drawing(
    root: Path, label: str, image: NDArray[np.uint8], original: NDArray[np.uint8]
) -> Path:
    """Keep a drawing with its label; one that is kept with it already is not kept twice.

    Args:
        root: folder of the data sets.
        label: name of the class.
        image: (28, 28) as a model takes it.
        original: (H, W) grey, what was drawn.

    Returns:
        The file of 28 × 28, which may have been there before.

    Raises:
        DataError: there are too many already.
        RunError: it cannot be written.
    """
    folder = drawings_folder(root) / _folder_name(label)
    digest = hashlib.blake2b(image.tobytes() + original.tobytes(), digest_size=6).hexdigest()
    files = list(_files(root))
    for file in files:
        if file.parent == folder and file.stem.endswith(f"-{digest}"):
            return file
    if len(files) >= MOST_DRAWINGS or sum(_bytes(file) for file in files) >= MOST_BYTES:
        raise DataError(
            "{folder} holds {count:,} drawings, and is full at {most:,} or {bytes}: download them, "
            "and move some elsewhere.",
            folder=drawings_folder(root),
            count=len(files),
            most=MOST_DRAWINGS,
            bytes=file_size(MOST_BYTES),
        )
    moment = time.time()
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(moment))}-{int(moment * 1e6) % 10**6:06}"
    file = folder / f"{name}-{digest}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, pixels in ((_original(file), original), (file, image)):
            with atomic_file(path) as (target, _):
                target.write(_png(pixels))
    except OSError as error:
        raise cannot_write(file, error) from error
    return file


def count_drawings(root: Path) -> dict[str, int]:
    """Label → how many drawings are kept with it."""
    counts: dict[str, int] = {}
    for file in _files(root):
        label = label_of(file)
        counts[label] = counts.get(label, 0) + 1
    return counts


def newest_drawings(root: Path, most: int) -> list[Path]:
    """The files of 28 × 28 that were kept last, the newest first."""
    return sorted(_files(root), key=lambda file: file.name, reverse=True)[:most]


def label_of(file: Path) -> str:
    """The label with which a drawing is kept."""
    return unquote(file.parent.name)


def forget_drawing(file: Path) -> None:
    """Delete a drawing that was kept; one that is gone is no error.

    Raises:
        RunError: it cannot be deleted.
    """
    try:
        for path in (file, _original(file)):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(file, error) from error


def pack_drawings(root: Path) -> bytes:
    """All drawings as a zip with the same folders."""
    target = io.BytesIO()
    folder = drawings_folder(root)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for file in _files(root):
            for path in (file, _original(file)):
                if path.is_file():
                    packed.write(path, str(path.relative_to(folder)))
    return target.getvalue()


def _folder_name(label: str) -> str:
    """A name that any class can have, and that leads nowhere else: the label, percent-encoded."""
    return quote(label[:_LONGEST] or " ", safe="").replace(".", "%2E")


def _files(root: Path) -> Iterator[Path]:
    """The 28 × 28 files, by label and time."""
    for file in sorted(drawings_folder(root).glob("*/*.png")):
        if not file.name.startswith(".") and not file.name.endswith(_ORIGINAL):
            yield file


def _original(file: Path) -> Path:
    return file.with_name(file.stem + _ORIGINAL)


def _bytes(file: Path) -> int:
    return size_of(file) + size_of(_original(file))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
