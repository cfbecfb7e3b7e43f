"""The three ways a checkpoint lies in a file, distinguished by its bytes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.other_formats import other_format
from mlcore.checkpoint.untrusted.other_zips import check_zip
from mlcore.checkpoint.untrusted.plain_pickles import plain_pickle
from mlcore.checkpoint.untrusted.rebuild import STORED_BYTES, Storage
from mlcore.checkpoint.untrusted.safetensors_header import read_header
from mlcore.checkpoint.untrusted.scan import scan
from mlcore.checkpoint.untrusted.source import Source, printable
from mlcore.checkpoint.untrusted.tree import plain
from mlcore.checkpoint.untrusted.zipcheck import Record, member_names, read_directory
from mlcore.errors import CheckpointError

__all__ = ["Contents", "read_contents"]

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_HEAD = 24  # bytes at the start that hold the magic number; protocols 4 and 5 put a frame before it
_LEGACY_PROTOCOL = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A file's values with a `Stub` for each tensor, and where the tensors' bytes lie."""

    container: str  # "zip", "legacy" or "safetensors"
    tree: Any
    records: Mapping[str, Record]  # by the key of the storage
    metadata: Mapping[str, str]  # of a safetensors file; empty otherwise


def read_contents(source: Source) -> Contents:
    """Read all but the tensors.

    Raises:
        CheckpointError: it is none of the three, or broken, or holds what is not allowed.
    """
    first = source.read(0, min(16, source.size))
    # A safetensors file begins with the length of its header, whose bytes may look like the start
    # of a zip or a pickle; those two never have "{" behind four zeros.
    brace = first[8:9] == b"{"
    certain = brace and first[4:8] == bytes(4)
    if first.startswith(b"PK") and not certain:
        return _read_zip(source)
    if first.startswith(b"\x80") and not certain:
        return _read_legacy(source)
    if brace and not _is_text(first):
        tree, records, metadata = read_header(source)
        return Contents(container="safetensors", tree=tree, records=records, metadata=metadata)
    raise other_format(source)


def _read_zip(source: Source) -> Contents:
    check_zip(member_names(source))
    members = read_directory(source)
    pickles = [name for name in members if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(pickles) != 1:
        raise CheckpointError(
            "The file is a zip archive with {count} members named `data.pkl` in a folder of their "
            "own, where a checkpoint has one: give a file written by torch.save.",
            count=len(pickles),
        )
    top = pickles[0].removesuffix("data.pkl")
    order = members.get(f"{top}byteorder")
    if order is not None and source.read(order.offset, min(order.size, 8)) != b"little":
        raise CheckpointError(
            "The file was written on a machine with the other byte order: save it as safetensors."
        )
    data = read_checked(source, members[pickles[0]], limits.PICKLE_BYTES)
    tree = plain(_scan_whole(data))
    folder = f"{top}data/"
    records = {
        name.removeprefix(folder): record
        for name, record in members.items()
        if name.startswith(folder)
    }
    return Contents(container="zip", tree=tree, records=records, metadata={})


def read_checked(source: Source, record: Record, most: int) -> bytes:
    """The bytes of a record of at most `most` bytes, its checksum verified.

    Raises:
        CheckpointError: it is larger, or was damaged.
    """
    import zlib

    if record.size > most:
        raise CheckpointError(
            "The file's pickle has {size:,} bytes, and a checkpoint needs at most {most:,}: "
            "save tensors and numbers alone.",
            size=record.size,
            most=most,
        )
    data = source.read(record.offset, record.size)
    if record.crc is not None and zlib.crc32(data) != record.crc:
        raise CheckpointError(
            "The file is damaged: its checksum does not match; copy or download it again."
        )
    return data


def _scan_whole(data: bytes) -> Any:
    pickle = scan(data)
    if pickle.end != len(data):
        raise CheckpointError("The file's pickle is followed by other bytes: it is damaged.")
    return pickle.value


def _read_legacy(source: Source) -> Contents:
    """Magic number, protocol, system, object, keys: five pickles; then the storages' bytes."""
    data = source.read(0, min(source.size, limits.PICKLE_BYTES))
    if _LEGACY_MAGIC.to_bytes(10, "little") not in data[:_HEAD]:
        raise plain_pickle(data)
    magic = scan(data)
    if magic.value != _LEGACY_MAGIC or type(magic.value) is not int:
        raise plain_pickle(data)
    protocol = scan(data, magic.end)
    system = scan(data, protocol.end)
    if protocol.value != _LEGACY_PROTOCOL or type(system.value) is not dict:
        raise CheckpointError("The file's head is damaged: copy or save it again.")
    if system.value.get("little_endian") is not True:
        raise CheckpointError(
            "The file was written on a machine with the other byte order: save it as safetensors."
        )
    content = scan(data, system.end)
    keys = scan(data, content.end)
    tree = plain(content.value)
    records = _legacy_records(source, keys.value, keys.end, content.storages)
    return Contents(container="legacy", tree=tree, records=records, metadata={})


def _legacy_records(
    source: Source, keys: Any, position: int, storages: Mapping[str, Storage]
) -> dict[str, Record]:
    """Each storage is its count (8 bytes) and then its numbers, in the order of the keys."""
    if type(keys) is not list or len(keys) > limits.TENSORS:
        raise CheckpointError("The list of tensors is damaged: save the file again.")
    records: dict[str, Record] = {}
    for key in keys:
        if type(key) is not str or key not in storages or key in records:
            raise CheckpointError("The list of tensors is damaged: save the file again.")
        size = STORED_BYTES.get(storages[key].dtype)
        if size is None:
            raise CheckpointError(
                "The file holds numbers of a kind that no model here has (`{name}`): "
                "save float32 tensors.",
                name=printable(storages[key].dtype),
            )
        size *= int.from_bytes(source.read(position, 8), "little")
        records[key] = Record(position + 8, size)
        position += 8 + size
    if position != source.size:
        raise CheckpointError(
            "The file has {size:,} bytes and its tensors end at byte {end}: "
            "it is damaged; copy or download it again.",
            size=source.size,
            end=printable(position),
        )
    return records


def _is_text(first: bytes) -> bool:
    return all(32 <= byte < 127 or byte in b"\r\n\t" for byte in first)
