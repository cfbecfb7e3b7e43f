"""From the files that are downloaded to the files that are read; each appears whole or not at all.

Each is written under a temporary name in the same folder and then renamed.
"""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mlcore.data.idx import check_idx, repair_advice
from mlcore.errors import DataCorruptError, DataMissingError
from mlcore.files import atomic_file

__all__ = ["atomic", "take_out", "unpack_gz", "unwritable"]

_CHUNK = 1 << 20  # bytes copied at a time


@contextmanager
def atomic(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file and its path; renamed to `path` when the block ends well, else removed.

    Raises:
        DataMissingError: the folder or the disk cannot be written to.
    """
    try:
        with atomic_file(path) as (file, temporary):
            temporary.chmod(0o644)  # a data set is for everybody on the machine
            yield file, temporary
    except BrokenPipeError:  # of the progress report, not of the disk
        raise
    except OSError as error:
        raise unwritable(path.parent, error) from error


def unwritable(folder: Path, error: OSError) -> DataMissingError:
    """The error for a folder or disk that cannot be written to, with what to do about it."""
    return DataMissingError(
        "{folder} cannot be written to ({reason}): make room or give the right to write there, or "
        "choose another folder with MLCORE_DATA.",
        folder=str(folder),
        reason=error.strerror or str(error),
    )


def unpack_gz(folder: Path, name: str, data: str) -> None:
    """Turn `name`.gz in `folder` into `name`, checked, and remove the packed file.

    Raises:
        DataCorruptError: the packed file is damaged, or holds no IDX file.
        DataMissingError: the folder cannot be written to.
    """
    packed = folder / f"{name}.gz"
    with repair_advice(data), atomic(folder / name) as (file, temporary):
        try:
            with gzip.open(packed) as source:
                shutil.copyfileobj(source, file, _CHUNK)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _not_unpacked(packed, error) from error
        file.flush()
        try:
            check_idx(temporary, data)
        except DataCorruptError as error:  # it names the temporary file
            raise DataCorruptError(
                "{path} does not unpack to an IDX file of images or labels.", path=packed
            ) from error
    packed.unlink(missing_ok=True)


def take_out(archive: Path, members: tuple[str, ...], folder: Path, data: str) -> None:
    """Put members of a `.zip` into `folder`, each under the last part of its name.

    Only names that were asked for are read: no path inside the archive is trusted.

    Raises:
        DataCorruptError: the archive is damaged or lacks a member.
        DataMissingError: the folder cannot be written to.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in members:
                target = folder / member.rpartition("/")[2]
                with zipped.open(member) as source, atomic(target) as (file, _):
                    shutil.copyfileobj(source, file, _CHUNK)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError) as error:
        with repair_advice(data):
            raise _not_unpacked(archive, error) from error


def _not_unpacked(path: Path, error: Exception) -> DataCorruptError:
    return DataCorruptError("{path} cannot be unpacked ({error}).", path=path, error=str(error))
