"""IDX files, the format of MNIST: a magic number, big-endian sizes, then plain numbers.

Layout: http://yann.lecun.com/exdb/mnist/ ("The IDX file format").
Whatever is wrong with a file ends in a sentence that names it; nothing is guessed.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.config import SIDE
from mlcore.errors import DataCorruptError, DataMissingError

__all__ = ["Header", "check_idx", "find_idx", "read_idx", "repair_advice", "unequal_counts"]

_KINDS: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 12: np.dtype(">i4")}
_HEADER_BYTES = 4 + 3 * 4  # at most
_MAX_BYTES = 2**30  # a header that claims more is damaged; the largest file here has 188 MB


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
    """The file `name` in `folder`, else its `.gz`, else None; a dot may stand before "idx".

    Kaggle's copies are called `train-images.idx3-ubyte`.
    """
    names = (name, name.replace("-idx", ".idx"))
    candidates = (*(folder / one for one in names), *(folder / f"{one}.gz" for one in names))
    # Unlike Path.is_file, os.path.isfile is False, and no error, in a folder that may not be read.
    return next((path for path in candidates if os.path.isfile(path)), None)  # noqa: PTH113


def check_idx(path: Path, name: str) -> Header:
    """Check header and length without reading the numbers (a `.gz` states its length at its end).

    Raises:
        DataCorruptError: the header is wrong, or the file is shorter or longer than it says.
        DataMissingError: the file may not be read.
    """
    with repair_advice(name), _opened(path, name) as file:
        header = _parse_header(file.read(_HEADER_BYTES), path)
    with repair_advice(name), _opened(path, name, unpack=False) as file:
        length = file.seek(0, os.SEEK_END)
        if path.suffix == ".gz":
            file.seek(-4, os.SEEK_END)
            stated = struct.unpack("<I", file.read(4))[0]
            if stated > header.size and not _ends_whole(path):
                raise DataCorruptError("{path} is cut short: its end is missing.", path=path)
            length = stated
        _check_length(length, header, path)
    return header


def _ends_whole(path: Path) -> bool:
    """Whether a packed file unpacks to its end; one that was cut holds no length there."""
    try:
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


def read_idx(path: Path, name: str) -> NDArray[Any]:
    """The whole array of an IDX file: images (N, 28, 28) uint8, labels (N,) or (N, 8).

    Raises:
        DataCorruptError: anything about the file is wrong; the message says what to do.
        DataMissingError: the file may not be read.
    """
    with repair_advice(name), _opened(path, name) as file:
        header = _parse_header(file.read(_HEADER_BYTES), path)
        file.seek(0)
        if path.suffix == ".gz":
            # One byte more than promised is enough to see that there are too many.
            content = file.read(header.size + 1)
            _check_length(len(content), header, path)
            numbers = np.frombuffer(bytearray(content), header.kind, offset=header.offset)
        else:
            _check_length(os.fstat(file.fileno()).st_size, header, path)
            numbers = np.fromfile(file, header.kind, offset=header.offset)
        if numbers.size != math.prod(header.shape):
            raise DataCorruptError("{path} changed while it was read.", path=path)
    return numbers.reshape(header.shape)


def unequal_counts(path: Path, labels: int, images: int) -> DataCorruptError:
    """The error for a file of labels that belongs to other images."""
    return DataCorruptError(
        "{path} holds {labels:,} labels for {images:,} images.",
        path=path,
        labels=labels,
        images=images,
    )


@contextmanager
def repair_advice(name: str) -> Iterator[None]:
    """Within the block an error about a file of a data set also says what to do in a shell.

    A page, where a button does it, shows the value `fault` alone.
    """
    try:
        yield
    except DataCorruptError as fault:
        if "fault" in fault.values:
            raise
        raise DataCorruptError(
            "{fault} Delete it and run `mlcore data fetch {name}`.", fault=fault, name=name
        ) from fault


@contextmanager
def _opened(path: Path, name: str, *, unpack: bool = True) -> Iterator[Any]:
    """The file, unpacked on the fly; what goes wrong inside becomes a sentence."""
    try:
        with gzip.open(path) if unpack and path.suffix == ".gz" else path.open("rb") as file:
            yield file
    except PermissionError as error:
        raise DataMissingError(
            "{path} may not be read: give your account the right to read it.", path=path
        ) from error
    except FileNotFoundError as error:
        raise DataMissingError(
            "{path} has gone: run `mlcore data fetch {name}` to get it back.", path=path, name=name
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataCorruptError(
            "{path} cannot be read ({error}).", path=path, error=str(error)
        ) from error


def _parse_header(first: bytes, path: Path) -> Header:
    if len(first) < 4:
        raise DataCorruptError("{path} is only {n} bytes long.", path=path, n=len(first))
    zero, kind, dimensions = struct.unpack(">HBB", first[:4])
    if zero or kind not in _KINDS or dimensions not in (1, 2, 3):
        raise DataCorruptError(
            "{path} is no IDX file (it starts with {first}).", path=path, first=first[:4].hex()
        )
    if len(first) < 4 + 4 * dimensions:
        raise DataCorruptError("{path} ends within its header.", path=path)
    shape = struct.unpack_from(f">{dimensions}I", first, 4)
    header = Header(kind=_KINDS[kind], shape=shape)
    if dimensions == 3 and shape[1:] != (SIDE, SIDE):
        raise DataCorruptError(
            "{path} holds images of {rows}×{columns} and not {side}×{side}.",
            path=path,
            rows=shape[1],
            columns=shape[2],
            side=SIDE,
        )
    if not 0 < header.size - header.offset <= _MAX_BYTES:
        raise DataCorruptError(
            "{path} claims to hold {count:,} entries.", path=path, count=shape[0]
        )
    return header


def _check_length(length: int, header: Header, path: Path) -> None:
    values = {"path": path, "length": length, "size": header.size}
    if length < header.size:
        raise DataCorruptError(
            "{path} is cut short ({length:,} bytes where {size:,} belong).", **values
        )
    if length > header.size:
        raise DataCorruptError(
            "{path} is too long ({length:,} bytes where {size:,} belong).", **values
        )
