"""What a packed run holds: `ID/config.json` and so on, stored in a zip as they are.

Nothing in it is compressed: checkpoints hardly get smaller, and a file that takes as much room as
it has bytes cannot fill a disk (what was compressed again on its way is read by `recompressed`).
Of a stranger's file only these names are read, and no name of it ever becomes a path.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import Source, printable
from mlcore.checkpoint.untrusted.zipcheck import Record, read_directory
from mlcore.errors import CheckpointError, RunError
from mlcore.files import size_of
from mlcore.runs.record.folder import START_FILE, checkpoint_step

__all__ = [
    "CONFIG",
    "EVENTS",
    "FOLDERS",
    "LABEL",
    "MAX_BYTES",
    "MOST",
    "PIECE",
    "SCRIPT",
    "check_count",
    "check_member",
    "check_size",
    "check_whole",
    "is_checkpoint",
    "is_id",
    "read_members",
    "read_pieces",
    "stranger",
]

CONFIG, LABEL, EVENTS, SCRIPT = "config.json", "label.json", "events.jsonl", "script.py"
_FOLDER = "checkpoints"

FOLDERS = ("", f"{_FOLDER}/")
"""Entries of no bytes by which other programs note the folders."""

MAX_BYTES = limits.MAX_BYTES
"""Bytes of a packed run, at most."""

MOST = 256
"""Members of a packed run, at most."""

PIECE = 2**20
"""Bytes that are in memory at a time."""

_LARGEST: Mapping[str, int] = {CONFIG: 2**16, LABEL: 2**16, EVENTS: 2**28, SCRIPT: 2**20}

_MARK = b"PK"  # every zip file begins so
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}", re.ASCII)


def is_id(text: str) -> bool:
    """Whether this could be the id of a run, as a store gives them."""
    return _ID.fullmatch(text) is not None


def is_checkpoint(file: str) -> bool:
    """Whether a run writes checkpoints of this name, or begins from one."""
    return file == START_FILE or (file.isascii() and checkpoint_step(Path(file)) >= 0)


def check_size(path: Path, most: int) -> None:
    """Refuse a file that cannot be a packed run, by its size.

    Raises:
        RunError: it is missing, empty or too large.
    """
    if not path.is_file():
        raise RunError("There is no file {file}: check the path.", file=printable(path))
    size = size_of(path)
    if not size:
        raise RunError("The file is empty: pack the run, or download it, again.")
    if size > most:
        raise RunError(
            "The file has {size:,} bytes, and at most {most:,} are read: pack the run with fewer "
            "checkpoints.",
            size=size,
            most=most,
        )


def read_members(source: Source) -> tuple[str, dict[str, Record]]:
    """The id of the run in a file, and where each of its files lies, by its name in the run.

    Raises:
        RunError: the file is damaged, or holds anything but the files of one run.
    """
    try:
        found = read_directory(source)
    except CheckpointError as error:
        if source.read(0, min(len(_MARK), source.size)) != _MARK:
            raise RunError(
                "The file is no zip file, and a packed run is one: choose the file that was "
                "packed, or downloaded."
            ) from error
        raise RunError("The file is no packed run: {error}", error=error) from error
    check_count(len(found))
    run = next(iter(found), "").partition("/")[0]
    members = {}
    for name, record in found.items():
        folder, _, file = name.partition("/")
        if folder != run or not is_id(folder):
            raise stranger(name)
        if file in FOLDERS and not record.size:
            continue
        check_member(name, file, record.size)
        members[file] = record
    check_whole(members)
    return run, members


def read_pieces(source: Source, member: Record, name: str) -> Iterator[bytes]:
    """The bytes of a member, in pieces of 1 MiB.

    Raises:
        CheckpointError: the file shrank, or cannot be read.
        RunError: they are not those that were packed; raised after the last piece.
    """
    crc, end = 0, member.offset + member.size
    for start in range(member.offset, end, PIECE):
        piece = source.read(start, min(PIECE, end - start))
        crc = zlib.crc32(piece, crc)
        yield piece
    if crc != member.crc:
        raise RunError(
            "{name} in the file is damaged: pack the run, or download it, again.", name=name
        )


def check_count(count: int) -> None:
    """Refuse more files than a run has.

    Raises:
        RunError: there are more.
    """
    if count > MOST:
        raise RunError(
            "The file holds {count:,} files, and a packed run has {most} at most: pack the run "
            "again.",
            count=count,
            most=MOST,
        )


def check_whole(files: Container[str]) -> None:
    """Refuse files, by their names in the run, that are no run together.

    Raises:
        RunError: there are no settings among them.
    """
    if CONFIG not in files:
        raise RunError("The file is no packed run: it holds no config.json.")


def check_member(name: str, file: str, size: int) -> None:
    """Refuse what no packed run holds.

    Args:
        name: in the archive, for the sentence.
        file: in the run's folder, with slashes.
        size: in bytes.

    Raises:
        RunError: a run has no such file, or none of such a size.
    """
    folder, _, checkpoint = file.rpartition("/")
    if file not in _LARGEST and not (folder == _FOLDER and is_checkpoint(checkpoint)):
        raise stranger(name)
    if size > _LARGEST.get(file, size):
        raise RunError(
            "{name} in the file has {size:,} bytes, and a run's has {most:,} at most: pack the "
            "run again.",
            name=file,
            size=size,
            most=_LARGEST[file],
        )


def stranger(name: str) -> RunError:
    """The refusal of a name that no packed run has."""
    return RunError(
        "The file is no packed run: it holds {name!r}, which no packed run has.",
        name=printable(name),
    )
