"""A short name for the contents of a data set, to notice when a checkpoint meets other data."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

from mlcore.data.family import RawSplit

__all__ = ["fingerprint"]


def fingerprint(classes: Sequence[str], *splits: RawSplit) -> str:
    """16 hex digits over class names, shapes, every label and every pixel.

    It guards against mix-ups, not against forgers: pixels go in through their CRC-32, which takes
    20 ms for MNIST on one core where BLAKE2b takes 62 ms (SHA-256: 30 ms, but four times that
    where the processor has no instructions for it).
    """
    digest = hashlib.sha256("\n".join(classes).encode())
    for split in splits:
        digest.update(repr((split.images.shape, zlib.crc32(split.images.data))).encode())
        digest.update(split.labels.astype("<i8", copy=False).data)
    return digest.hexdigest()[:16]
