"""A run as one file: packed here, and brought in elsewhere as a stranger's."""

from __future__ import annotations

from mlcore.packing.pack import Packed, pack
from mlcore.packing.unpack import Unpacked, unpack

__all__ = ["Packed", "Unpacked", "pack", "unpack"]
