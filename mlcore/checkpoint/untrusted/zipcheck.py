"""The directory of a zip file, read strictly: stored members only, none of them overlapping.

A general zip reader searches, guesses and inflates. This one accepts what `torch.save` writes
and nothing else, so that no two readers could see two different files.

Source: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.source import Source, printable
from mlcore.errors import CheckpointError

__all__ = [
    "ENCRYPTED",
    "Record",
    "check_kind",
    "encrypted",
    "member_names",
    "read_directory",
    "twice",
]

_END = struct.Struct("<4sHHHHIIH")  # 22 bytes
_END_64 = struct.Struct("<4sQHHIIQQQQ")  # 56 bytes
_LOCATOR = struct.Struct("<4sIQI")  # 20 bytes
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")  # 46 bytes
_LOCAL = struct.Struct("<4sHHHHHIIIHH")  # 30 bytes
ENCRYPTED = 0x1 | 0x40
"""The flags of a member that nobody can read without a password."""


@dataclass(frozen=True, slots=True)
class Record:
    """Where bytes lie in a file; `crc` is their CRC-32, or None where the form keeps none."""

    offset: int
    size: int
    crc: int | None = None


def read_directory(source: Source) -> dict[str, Record]:
    """Name → where each member lies.

    Raises:
        CheckpointError: the directory is damaged, or holds what `torch.save` never writes.
    """
    start, size, count = _find_directory(source)
    names: dict[str, tuple[int, int, int]] = {}
    data, position = source.read(start, size), 0
    for _ in range(count):
        if position + _ENTRY.size > size:
            raise _broken_directory()
        position += _read_entry(data, position, names)
    if position != size:
        raise _broken_directory()
    return _locate(source, names, start)


def member_names(source: Source) -> list[str]:
    """The names in the directory, whatever kind of archive it is; none of them is checked.

    Raises:
        CheckpointError: the directory is damaged or far too large.
    """
    start, size, count = _find_directory(source)
    data, position, names = source.read(start, size), 0, []
    for _ in range(count):
        if position + _ENTRY.size > size:
            raise _broken_directory()
        fields = _ENTRY.unpack_from(data, position)
        begin = position + _ENTRY.size
        names.append(data[begin : begin + fields[10]].decode("utf-8", "replace"))
        position = begin + sum(fields[10:13])
    return names


def _find_directory(source: Source) -> tuple[int, int, int]:
    """Offset, bytes and number of entries of the directory, from the end of the file."""
    end = max(source.size - _END.size, 0)
    mark, disk, first, here, count, size, start, comment = _END.unpack(source.read(end, _END.size))
    if mark != b"PK\x05\x06" or comment or disk or first or here != count:
        raise CheckpointError(
            "The end of the zip file is missing, as after a broken copy or download: "
            "copy or save the file again."
        )
    start_64 = end - _LOCATOR.size - _END_64.size
    if start_64 >= 0:
        mark_64, *fields = _END_64.unpack(source.read(start_64, _END_64.size))
        locator = _LOCATOR.unpack(source.read(start_64 + _END_64.size, _LOCATOR.size))
        if locator[0] == b"PK\x06\x07":
            same = fields[5:9] == [count, count, size, start]
            if mark_64 != b"PK\x06\x06" or not same or locator[2] != start_64:
                raise _broken_directory()
            end = start_64
    if count > limits.ZIP_MEMBERS or size > limits.ZIP_DIRECTORY_BYTES:
        raise CheckpointError(
            "The zip file lists {count:,} members in {size:,} bytes, far more than the "
            "{most:,} that a checkpoint may have: it is no checkpoint.",
            count=count,
            size=size,
            most=limits.ZIP_MEMBERS,
        )
    if start + size != end:
        raise _broken_directory()
    return start, size, count


def _read_entry(data: bytes, position: int, names: dict[str, tuple[int, int, int]]) -> int:
    """Take one directory entry into `names` as (offset of its header, size, CRC)."""
    fields = _ENTRY.unpack_from(data, position)
    mark, _, _, flags, method, _, _, crc, packed, size = fields[:10]
    name_size, extra_size, comment_size, disk, _, attributes, offset = fields[10:]
    begin = position + _ENTRY.size
    raw = data[begin : begin + name_size]
    if mark != b"PK\x01\x02" or len(raw) != name_size or disk:
        raise _broken_directory()
    name = raw.decode("utf-8", "replace")
    if method != 0 or packed != size:
        raise CheckpointError(
            "The member `{name}` is compressed, and checkpoints are stored as they are: "
            "unpack the archive and pack it again with `zip -0 -r`, or load it with torch.load "
            "and save it again with torch.save.",
            name=printable(name),
        )
    if flags & ENCRYPTED:
        raise encrypted(name)
    check_kind(name, attributes)
    if name in names:
        raise twice(name)
    names[name] = (offset, size, crc)
    return int(_ENTRY.size + name_size + extra_size + comment_size)


def check_kind(name: str, attributes: int) -> None:
    """Refuse a member that an unpacking program would make a link of, or a device.

    Args:
        name: of the member.
        attributes: the external ones; the upper half is the mode of Unix, 0 where there is none.

    Raises:
        CheckpointError: it is marked as anything but a file or a folder.
    """
    if stat.S_IFMT(attributes >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CheckpointError(
            "The member `{name}` of the zip file is marked as a link or a device: pack the files "
            "themselves.",
            name=printable(name),
        )


def encrypted(name: str) -> CheckpointError:
    """The refusal of a member that nobody can read without a password."""
    return CheckpointError(
        "The member `{name}` of the zip file is encrypted: save it without encryption.",
        name=printable(name),
    )


def twice(name: str) -> CheckpointError:
    """The refusal of a name that stands in the directory once more."""
    return CheckpointError(
        "The zip file holds `{name}` twice: copy or save the file again.", name=printable(name)
    )


def _locate(
    source: Source, names: Mapping[str, tuple[int, int, int]], stop: int
) -> dict[str, Record]:
    """Follow every entry to its data; `stop` is where the directory begins."""
    found: dict[str, Record] = {}
    free = 0  # the first byte that no member has taken yet
    for name, (offset, size, crc) in sorted(names.items(), key=lambda item: item[1][0]):
        if offset < free or offset + _LOCAL.size > stop:
            raise CheckpointError(
                "The members of the zip file overlap at `{name}`: copy or save the file again.",
                name=printable(name),
            )
        local = _LOCAL.unpack(source.read(offset, _LOCAL.size))
        mark, flags, method, name_size, extra_size = local[0], local[2], local[3], *local[9:]
        begin = offset + _LOCAL.size + name_size + extra_size
        same = source.read(offset + _LOCAL.size, name_size) == name.encode("utf-8", "replace")
        free = begin + size
        stored = mark == b"PK\x03\x04" and method == 0 and not flags & ENCRYPTED
        if not (same and stored and free <= stop):
            raise CheckpointError(
                "The member `{name}` of the zip file is not what its directory says: "
                "copy or save the file again.",
                name=printable(name),
            )
        found[name] = Record(begin, size, crc)
    return found


def _broken_directory() -> CheckpointError:
    return CheckpointError(
        "The directory of the zip file contradicts the file: copy or save the file again."
    )
