"""What travels to a component in one piece: a header in JSON, then numbers as bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

__all__ = ["message"]


def message(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Length of the header (uint32), the header (JSON), the bytes."""
    encoded = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return struct.pack("<I", len(encoded)) + encoded + body
