"""A packed run that was unpacked and compressed again by hand, as file managers do.

A browser unpacks a download by itself, a person renames the folder, and what is sent on is
compressed and holds the notes of an operating system beside the run. Such an archive is inflated
once, member by member, into a file without a name; what is in it is read as strictly as ever.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from mlcore.checkpoint.untrusted.source import Source
from mlcore.checkpoint.untrusted.zipcheck import (
    ENCRYPTED,
    Record,
    check_kind,
    encrypted,
    member_names,
    twice,
)
from mlcore.errors import CheckpointError, MlcoreError, RunError
from mlcore.packing.members import (
    FOLDERS,
    PIECE,
    check_count,
    check_member,
    check_whole,
    is_id,
    read_members,
    stranger,
)

__all__ = ["open_members"]

_ENTRIES = 1024  # with those that an operating system adds
_RATIO = 100  # bytes that one byte of the archive may become
_NOTES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_COPY = re.compile(r"(.*?)(?: ?\(\d{1,3}\)| \d{1,3})?", re.DOTALL)  # "ID (1)", "ID 2"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError)


@contextmanager
def open_members(
    source: Source, *, max_bytes: int, root: Path
) -> Iterator[tuple[Source, str, dict[str, Record]]]:
    """What a packed run holds, whether it is stored as it was packed or compressed again.

    Args:
        source: the file.
        max_bytes: of all that is inflated.
        root: the folder of the runs, on whose disk it is inflated.

    Yields:
        Where to read; the run's id in the file; where each of its files lies.

    Raises:
        RunError: the file is damaged, or holds anything but the files of one run.
    """
    try:
        run, members = read_members(source)
    except RunError as error:
        refusal = error
    else:
        yield source, run, members
        return
    archive = _archive(source)
    if archive is None:
        raise refusal
    try:
        run, infos = _run_in(archive)
        _check_fits(infos.values(), source.size, max_bytes)
    except RunError as error:
        compressed = any(map(_is_compressed, archive.infolist()))
        raise (error if compressed else refusal) from None  # the strict reader has seen why
    folder = root if root.is_dir() else None
    with tempfile.TemporaryFile(dir=folder, prefix=".inflated-", buffering=0) as file:
        records = {}
        for name, info in infos.items():
            try:
                records[name] = _inflate(archive, info, file)
            except (*_UNREADABLE, NotImplementedError) as error:
                raise _damaged(name, info, refusal) from error
        yield Source(file, file.tell()), run, records


def _archive(source: Source) -> zipfile.ZipFile | None:
    """The archive as the standard library reads it; None where it cannot.

    Raises:
        RunError: it has far more members than a run.
    """
    try:
        count = len(member_names(source))
        if count <= _ENTRIES:
            return zipfile.ZipFile(_Reading(source))
    except (*_UNREADABLE, MlcoreError, NotImplementedError, OSError):
        return None
    check_count(count)
    return None


def _run_in(archive: zipfile.ZipFile) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The id of the run in an archive, and its files by their names in the run.

    Raises:
        RunError: it holds anything but the files of one run.
    """
    infos = [info for info in archive.infolist() if not _is_note(info.orig_filename)]
    top = next((info.orig_filename for info in infos), "").partition("/")[0]
    copied = _COPY.fullmatch(top)
    run = copied.group(1) if copied else top
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename
        folder, _, file = name.partition("/")
        if folder != top or not is_id(run):
            raise stranger(name)
        if file in FOLDERS and not info.file_size:
            continue
        check_member(name, file, info.file_size)
        try:
            _check_entry(info, found.get(file))
        except CheckpointError as error:
            raise RunError("The file is no packed run: {error}", error=error) from error
        found[file] = info
    check_count(len(found))
    check_whole(found)
    return run, found


def _check_entry(info: zipfile.ZipInfo, same: zipfile.ZipInfo | None) -> None:
    """Refuse what the strict reader refuses too; `same` is another member of this name."""
    name = info.orig_filename
    if info.flag_bits & ENCRYPTED:
        raise encrypted(name)
    check_kind(name, info.external_attr)
    if same is not None:
        raise twice(name)


def _is_compressed(info: zipfile.ZipInfo) -> bool:
    return info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size


def _is_note(name: str) -> bool:
    """Whether an operating system added this to what a person compressed."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[0] == "__MACOSX" or parts[-1] in _NOTES)


def _check_fits(found: Iterable[zipfile.ZipInfo], packed: int, most: int) -> None:
    """Refuse what would take too much room; `packed` is what it takes as it is."""
    size = sum(info.file_size for info in found)
    if size > (most := min(most, _RATIO * packed)):
        raise RunError(
            "The files in the archive have {size:,} bytes once they are unpacked, and at most "
            "{most:,} are read of an archive of {packed:,}: pack the run with fewer checkpoints.",
            size=size,
            most=most,
            packed=packed,
        )


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: IO[bytes]) -> Record:
    """Append a member to a file, never more than its stated size; returns where it lies."""
    begin, crc = file.tell(), 0
    with archive.open(info) as member:
        while piece := member.read(PIECE):
            crc = zlib.crc32(piece, crc)
            file.write(piece)
    return Record(begin, file.tell() - begin, crc)


def _damaged(name: str, info: zipfile.ZipInfo, refusal: RunError) -> RunError:
    if info.compress_type == zipfile.ZIP_STORED:  # the strict reader has seen why
        return refusal
    return RunError(
        "{name} in the file is damaged: pack the run, or download it, again.", name=name
    )


class _Reading:
    """A source as the file that `zipfile` reads."""

    def __init__(self, source: Source) -> None:
        self._source, self._place = source, 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self._place, self._source.size)[whence]
        if place < 0:
            raise ValueError("before the file")
        self._place = place
        return place

    def read(self, count: int = -1) -> bytes:
        left = max(self._source.size - self._place, 0)
        piece = self._source.read(self._place, left if count < 0 else min(count, left))
        self._place += len(piece)
        return piece

    def close(self) -> None:
        """The source is closed by who opened it."""
