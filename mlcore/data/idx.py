"""IDX files, the format of MNIST: a magic number, big-endian sizes, then plain numbers.

Layout: http://yann.lecun.com/exdb/mnist/ ("The IDX file format").
Every doubt about a file ends in one sentence that names it; nothing is guessed.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.data.family import SIDE
from mlcore.errors import DataCorruptError

__all__ = ["Header", "check_idx", "find_idx", "read_header", "read_idx"]

_KINDS: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 12: np.dtype(">i4")}
_MAX_BYTES = 4 * 2**30  # no data set here comes near it: a header that claims more is damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first bytes of an IDX file say."""

    kind: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def offset(self) -> int:
        """Where the numbers start, in bytes."""
        return 4 + 4 * len(self.shape)

    @property
    def size(self) -> int:
        """How long the whole file must be, in bytes."""
        return self.offset + math.prod(self.shape) * self.kind.itemsize


def find_idx(folder: Path, name: str) -> Path | None:
    """The file `name` in `folder`, else its `.gz`, else None."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def read_header(path: Path, fetch: str) -> Header:
    """Read the first bytes of an IDX file of images or labels; `fetch` names the data set.

    Raises:
        DataCorruptError: they are not the start of such a file.
    """
    try:
        with _open(path) as file:
            first = file.read(4 + 4 * 3)
    except (OSError, EOFError, zlib.error) as error:
        raise _corrupt(path, fetch, f"cannot be read ({error})") from error
    return _parse_header(first, path, fetch)


def check_idx(path: Path, fetch: str) -> Header:
    """Check header and length without reading the numbers (a `.gz` states its length at its end).

    Raises:
        DataCorruptError: the header is wrong, or the file is shorter or longer than it says.
    """
    header = read_header(path, fetch)
    if path.suffix == ".gz":
        with path.open("rb") as file:
            file.seek(-4, 2)
            length = struct.unpack("<I", file.read(4))[0]
    else:
        length = path.stat().st_size
    _check_length(length, header, path, fetch)
    return header


def read_idx(path: Path, fetch: str) -> NDArray[Any]:
    """The whole array of an IDX file: images (N, 28, 28) uint8, labels (N,) or (N, 8).

    Raises:
        DataCorruptError: anything about the file is wrong; the message says what to do.
    """
    header = read_header(path, fetch)
    try:
        if path.suffix == ".gz":
            with _open(path) as file:
                # One byte more than promised is enough to see that there are too many.
                content = file.read(header.size + 1)
            _check_length(len(content), header, path, fetch)
            numbers = np.frombuffer(bytearray(content), header.kind, offset=header.offset)
        else:
            _check_length(path.stat().st_size, header, path, fetch)
            numbers = np.fromfile(path, header.kind, offset=header.offset)
    except (OSError, EOFError, zlib.error) as error:
        raise _corrupt(path, fetch, f"cannot be read to its end ({error})") from error
    if numbers.size != math.prod(header.shape):  # cut while it was being read
        raise _corrupt(path, fetch, "changed while it was read")
    return numbers.reshape(header.shape)


def _open(path: Path) -> Any:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _parse_header(first: bytes, path: Path, fetch: str) -> Header:
    if len(first) < 4:
        raise _corrupt(path, fetch, f"is only {len(first)} bytes long")
    zero, kind, dimensions = struct.unpack(">HBB", first[:4])
    if zero or kind not in _KINDS or dimensions not in (1, 2, 3):
        raise _corrupt(path, fetch, f"is no IDX file (it starts with {first[:4].hex()})")
    if len(first) < 4 + 4 * dimensions:
        raise _corrupt(path, fetch, "ends within its header")
    shape = struct.unpack_from(f">{dimensions}I", first, 4)
    header = Header(kind=_KINDS[kind], shape=shape)
    if dimensions == 3 and shape[1:] != (SIDE, SIDE):
        raise _corrupt(path, fetch, f"holds images of {shape[1]}×{shape[2]} and not {SIDE}×{SIDE}")
    if not 0 < header.size - header.offset <= _MAX_BYTES:
        raise _corrupt(path, fetch, f"claims to hold {shape[0]:,} entries")
    return header


def _check_length(length: int, header: Header, path: Path, fetch: str) -> None:
    if length != header.size:
        word = "is cut short" if length < header.size else "is too long"
        raise _corrupt(path, fetch, f"{word} ({length:,} bytes where {header.size:,} belong)")


def _corrupt(path: Path, fetch: str, fault: str) -> DataCorruptError:
    return DataCorruptError(f"{path} {fault}: delete it and run `mlcore data fetch {fetch}`.")
