"""The head of a safetensors file: 8 bytes of length, then JSON. No torch.

Source: the format's description in the safetensors README (header, offsets, no holes).
"""

from __future__ import annotations

import json
import math
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.rebuild import ITEM_BYTES, Storage, Stub
from mlcore.checkpoint.untrusted.source import Source, shown
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
    """Tensors by name, their places by name, and the metadata.

    Raises:
        CheckpointError: the header is broken, or its tensors overlap or leave holes.
    """
    size = int.from_bytes(source.read(0, 8), "little")
    if size > limits.HEADER_BYTES:
        raise _damaged(f"its header claims {size:,} bytes")
    header = _parse(source.read(8, size))
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _damaged("its metadata is no table of texts")
    if len(header) > limits.TENSORS:
        raise _damaged(f"it lists {len(header):,} tensors")
    stubs: dict[str, Stub] = {}
    records: dict[str, Record] = {}
    for name, entry in header.items():
        stubs[name], records[name] = _read_entry(name, entry, 8 + size)
    _check_places(source, records, 8 + size)
    return stubs, records, metadata


def _parse(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _damaged("its header is no JSON") from None
    if not isinstance(header, dict):
        raise _damaged("its header is no table")
    return header


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key stands twice")
    return table


def _read_entry(name: str, entry: Any, base: int) -> tuple[Stub, Record]:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _damaged(f"the entry `{shown(name)}` is incomplete")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise CheckpointError(
            f"`{shown(name)}` holds numbers of the kind {shown(dtype, 20)}, "
            "which no model here has: save float32 tensors."
        )
    if not _sizes(shape) or len(shape) > limits.DIMENSIONS:
        raise _damaged(f"the shape of `{shown(name)}` is no short list of sizes")
    if not _sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise _damaged(f"the place of `{shown(name)}` is no pair of offsets")
    kind, numel = _DTYPES[dtype], math.prod(shape)
    if numel * ITEM_BYTES[kind] != offsets[1] - offsets[0]:
        raise _damaged(f"the place of `{shown(name)}` does not fit its shape")
    record = Record(base + offsets[0], offsets[1] - offsets[0])
    return Stub(Storage(kind, name, numel), tuple(shape)), record


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(
        type(item) is int and 0 <= item <= limits.MAX_BYTES for item in value
    )


def _check_places(source: Source, records: dict[str, Record], position: int) -> None:
    """The tensors must fill the rest of the file, one after the other."""
    for name, record in sorted(records.items(), key=lambda item: (item[1].offset, item[1].size)):
        if record.offset != position:
            raise _damaged(f"`{shown(name)}` overlaps another tensor or leaves a hole")
        position += record.size
    if position != source.size:
        raise _damaged(f"it has {source.size:,} bytes and its header speaks of {position:,}")


def _damaged(reason: str) -> CheckpointError:
    return CheckpointError(
        f"The safetensors file is damaged: {reason}; copy or download the file again."
    )
