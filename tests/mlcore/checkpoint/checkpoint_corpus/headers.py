"""Broken safetensors files, and cuts through every section of every container."""

from __future__ import annotations

import json
import struct
from typing import Any

from safetensors.torch import save as to_safetensors

from checkpoint_corpus.good import saved, snapshot, tutorial, weights
from mlcore.checkpoint.write import full_tree


def framed(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def entry(dtype: Any = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def files() -> dict[str, bytes]:
    nested = b'{"a":' * 100_000
    lists = b'{"a":' + b"[" * 100_000
    stated = {"__metadata__": {"mlcore": "{" * 5000}, "fc1.bias": entry()}
    made = {
        "header of 8 EB": framed({}, length=2**63 - 1),
        "header longer than the file": framed({"a": entry()}, bytes(4), length=10_000),
        "header of two megabytes": framed(b'{"a":"' + b"x" * 2_000_000 + b'"}'),
        "header that is no JSON": framed(b"{not json at all}"),
        "header that is no UTF-8": framed(b'{"\xff\xfe":1}'),
        "header nested deeply": framed(nested),
        "header of lists nested deeply": framed(lists),
        "header with a huge number": framed(b'{"a":' + b"9" * 100_000 + b"}"),
        "header with a key twice": framed(
            b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
            b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
            bytes(4),
        ),
        "entry that is a number": framed({"fc1.bias": 1}),
        "entry without offsets": framed({"fc1.bias": {"dtype": "F32", "shape": [1]}}),
        "entry with more keys": framed({"fc1.bias": {**entry(), "run": "x"}}, bytes(4)),
        "entries that overlap": framed({"a": entry(), "b": entry()}, bytes(4)),
        "entries with a hole": framed({"a": entry(offsets=(4, 8))}, bytes(8)),
        "entry beyond the end": framed({"a": entry(shape=(9,), offsets=(0, 36))}, bytes(4)),
        "entry with offsets reversed": framed({"a": entry(offsets=(4, 0))}, bytes(4)),
        "entry with negative offsets": framed({"a": entry(offsets=(-4, 0))}, bytes(4)),
        "entry with fractions": framed({"a": entry(offsets=(0.0, 4.0))}, bytes(4)),
        "entry with truths": framed({"a": entry(shape=(True,))}, bytes(4)),
        "entry whose shape overflows": framed({"a": entry(shape=(2**32, 2**32, 2**32))}, bytes(4)),
        "entry whose shape lies": framed({"a": entry(shape=(2,))}, bytes(4)),
        "entry of many axes": framed({"a": entry(shape=(1,) * 50_000)}, bytes(4)),
        "entry of complex numbers": framed({"a": entry("C64", offsets=(0, 8))}, bytes(8)),
        "entry of 8-bit floats": framed({"a": entry("F8_E4M3", offsets=(0, 1))}, bytes(1)),
        "entry of an odd kind": framed({"a": entry(["F32"])}, bytes(4)),
        "metadata that is a list": framed({"__metadata__": [1], "a": entry()}, bytes(4)),
        "metadata of numbers": framed({"__metadata__": {"a": 1}, "b": entry()}, bytes(4)),
        "metadata nested deeply": framed(stated, bytes(4)),
        "bytes behind the tensors": framed({"a": entry()}, bytes(400)),
        "settings that are refused": _with_settings({"config": {"model": {"hidden": [0]}}}),
        "settings of another model": _with_settings({"config": {"model": {"hidden": [128]}}}),
        "settings that are a list": _with_settings([]),
        "settings with a loss that is text": _with_settings({"loss": "low"}),
        "settings with a negative epoch": _with_settings({"epoch": -1}),
        "no tensors": framed({}),
    }
    return {f"safetensors: {name}": data for name, data in made.items()} | _cuts()


def _with_settings(stated: Any) -> bytes:
    return to_safetensors(weights(), metadata={"mlcore": json.dumps(stated)})


def _cuts() -> dict[str, bytes]:
    """Each good container cut off in every one of its sections."""
    full, old = saved(full_tree(snapshot(), None)), saved(tutorial(), legacy=True)
    flat = to_safetensors(weights())
    directory = full.index(b"PK\x01\x02")
    places = {
        "zip": (
            full,
            (1, 3, 20, 60, 500, len(full) // 2, directory, directory + 20, len(full) - 98),
        ),
        "zip's end": (full, (len(full) - 60, len(full) - 22, len(full) - 1)),
        "legacy": (old, (1, 5, 14, 20, 60, 300, 2000, len(old) // 2, len(old) - 4, len(old) - 1)),
        "safetensors": (flat, (1, 7, 8, 9, 60, len(flat) // 2, len(flat) - 1)),
    }
    return {
        f"{name} cut after {place} bytes": data[:place]
        for name, (data, cuts) in places.items()
        for place in cuts
    }
