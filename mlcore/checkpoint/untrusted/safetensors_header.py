"""The header of a safetensors file: 8 bytes of length, then JSON.

The safetensors library maps the file or copies all of it; here nothing is mapped, and what the
header may ask for is bounded before a tensor is read.

Source: the format's description in the safetensors README (header, offsets, no holes).
"""

from __future__ import annotations

import json
import math
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.rebuild import ITEM_BYTES, Storage, Stub
from mlcore.checkpoint.untrusted.source import Source, printable
from mlcore.checkpoint.untrusted.zipcheck import Record
from mlcore.errors import CheckpointError

__all__ = ["read_header"]

_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "U8": "uint8",
}


def read_header(source: Source) -> tuple[dict[str, Stub], dict[str, Record], dict[str, str]]:
    """Tensors by name, where their bytes lie by name, and the metadata.

    Raises:
        CheckpointError: the header is broken, or its tensors overlap or leave holes.
    """
    size = int.from_bytes(source.read(0, 8), "little")
    if size > limits.HEADER_BYTES:
        raise CheckpointError(
            "The header of the safetensors file claims {size:,} bytes: copy or download it again.",
            size=size,
        )
    header = _parse(source.read(8, size))
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _no_table()
    if len(header) > limits.TENSORS:
        raise CheckpointError(
            "The safetensors file lists {count:,} tensors: it is no multilayer perceptron.",
            count=len(header),
        )
    stubs: dict[str, Stub] = {}
    records: dict[str, Record] = {}
    for name, entry in header.items():
        stubs[name], records[name] = _read_entry(name, entry, 8 + size)
    _check_offsets(source, records, 8 + size)
    return stubs, records, metadata


def _parse(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _no_table() from None
    if not isinstance(header, dict):
        raise _no_table()
    return header


def _no_table() -> CheckpointError:
    return CheckpointError(
        "The header of the safetensors file is no JSON table of tensors: copy or download it again."
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key appears twice")
    return table


def _read_entry(name: str, entry: Any, base: int) -> tuple[Stub, Record]:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _bad_entry(name)
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise CheckpointError(
            "`{name}` holds numbers of the kind {dtype}, which no model here has: "
            "save float32 tensors.",
            name=printable(name),
            dtype=printable(dtype, 20),
        )
    if not _sizes(shape) or len(shape) > limits.DIMENSIONS:
        raise _bad_entry(name)
    if not _sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise _bad_entry(name)
    kind, numel = _DTYPES[dtype], math.prod(shape)
    if numel * ITEM_BYTES[kind] != offsets[1] - offsets[0]:
        raise _bad_entry(name)
    record = Record(base + offsets[0], offsets[1] - offsets[0])
    return Stub(Storage(kind, name, numel), tuple(shape)), record


def _bad_entry(name: str) -> CheckpointError:
    return CheckpointError(
        "The safetensors file gives `{name}` no shape and offsets that go together: "
        "copy or download it again.",
        name=printable(name),
    )


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item <= limits.MAX_BYTES for item in value
    )


def _check_offsets(source: Source, records: dict[str, Record], position: int) -> None:
    """The tensors must fill the rest of the file, one after the other."""
    for name, record in sorted(records.items(), key=lambda item: (item[1].offset, item[1].size)):
        if record.offset != position:
            raise CheckpointError(
                "`{name}` overlaps another tensor of the safetensors file or leaves a hole: "
                "copy or download it again.",
                name=printable(name),
            )
        position += record.size
    if position != source.size:
        raise CheckpointError(
            "The safetensors file has {size:,} bytes and its header speaks of {end:,}: "
            "copy or download it again.",
            size=source.size,
            end=position,
        )
