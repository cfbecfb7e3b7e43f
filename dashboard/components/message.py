"""Messages to components: a JSON header and arrays as bytes."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["DECODER", "SPRITE_COLUMNS", "message", "pack_arrays", "sprite"]

SPRITE_COLUMNS = 50
"""Images of one row of a sprite."""

_KINDS = {"f4": "<f4", "i4": "<i4", "u1": "u1"}

DECODER = """
const decodeArrays = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const kinds = { f4: Float32Array, i4: Int32Array, u1: Uint8Array };
  header.arrays = Object.fromEntries(header.slices.map(([name, kind, offset, size]) => {
    const part = bytes.slice(start + offset, start + offset + size);
    return [name, new kinds[kind](part.buffer)];
  }));
  return header;
};
"""
"""Goes before a component's own script: `decodeArrays(bytes)` gives header with its `arrays`."""


def pack_arrays(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Length of the header (uint32), the header (JSON), the arrays; what `DECODER` reads.

    Args:
        header: plain values.
        arrays: float32, int32 or uint8.
    """
    slices, parts, offset = [], [], 0
    for name, values in arrays.items():
        kind = f"{values.dtype.kind}{values.dtype.itemsize}"
        part = values.astype(_KINDS[kind], copy=False).tobytes()
        slices.append([name, kind, offset, len(part)])
        parts.append(part)
        offset += len(part)
    return message({**header, "slices": slices}, b"".join(parts))


def message(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Length of the header (uint32), the header (JSON), the bytes."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return struct.pack("<I", len(text)) + text + body


def sprite(images: NDArray[np.uint8]) -> str:
    """Images side by side, `SPRITE_COLUMNS` in a row, as the address of one inline PNG.

    Args:
        images: (N, 28, 28).
    """
    count, height, width = images.shape
    rows = -(-count // SPRITE_COLUMNS)
    sheet = np.zeros((rows * SPRITE_COLUMNS, height, width), np.uint8)
    sheet[:count] = images
    sheet = sheet.reshape(rows, SPRITE_COLUMNS, height, width).swapaxes(1, 2)
    stream = io.BytesIO()
    Image.fromarray(sheet.reshape(rows * height, -1)).save(stream, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
