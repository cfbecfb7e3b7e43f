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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from mlcore.checkpoint.untrusted.source import Source
from mlcore.checkpoint.untrusted.zipcheck import ENCRYPTED, Record, member_names
from mlcore.errors import MlcoreError, RunError
from mlcore.packing.members import CONFIG, FOLDERS, MOST, PIECE, check_member, is_id, read_members

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
    with _archive(source) as archive:
        found = None if archive is None else _run_in(archive)
        if archive is None or found is None or not _fits(found[1], source.size, max_bytes):
            raise refusal
        folder = root if root.is_dir() else None
        with tempfile.TemporaryFile(dir=folder, prefix=".inflated-", buffering=0) as file:
            records = {}
            for name, info in found[1].items():
                try:
                    records[name] = _inflate(archive, info, file)
                except (*_UNREADABLE, NotImplementedError) as error:
                    raise _damaged(name, info, refusal) from error
            yield Source(file, file.tell()), found[0], records


@contextmanager
def _archive(source: Source) -> Iterator[zipfile.ZipFile | None]:
    """The archive as the standard library reads it; None where it cannot or should not."""
    try:
        if len(member_names(source)) > _ENTRIES:
            yield None
            return
        archive = zipfile.ZipFile(_Reading(source))
    except (*_UNREADABLE, MlcoreError, NotImplementedError, OSError):
        yield None
        return
    with archive:
        yield archive


def _run_in(archive: zipfile.ZipFile) -> tuple[str, dict[str, zipfile.ZipInfo]] | None:
    """The id of the run in an archive, and its files by their names in the run; None: no run."""
    infos = [info for info in archive.infolist() if not _is_note(info.orig_filename)]
    tops = {info.orig_filename.partition("/")[0] for info in infos if "/" in info.orig_filename}
    if len(tops) != 1:
        return None
    (top,) = tops
    copied = _COPY.fullmatch(top)
    run = copied.group(1) if copied else top
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        folder, _, file = info.orig_filename.partition("/")
        if file in FOLDERS and not info.file_size:
            continue
        try:
            check_member(info.orig_filename, file, info.file_size)
        except RunError:
            return None
        if folder != top or file in found or info.flag_bits & ENCRYPTED:
            return None
        found[file] = info
    whole = is_id(run) and CONFIG in found and len(found) <= MOST
    return (run, found) if whole else None


def _is_note(name: str) -> bool:
    """Whether an operating system added this to what a person compressed."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[0] == "__MACOSX" or parts[-1] in _NOTES)


def _fits(found: Mapping[str, zipfile.ZipInfo], packed: int, most: int) -> bool:
    return sum(info.file_size for info in found.values()) <= min(most, _RATIO * packed)


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
