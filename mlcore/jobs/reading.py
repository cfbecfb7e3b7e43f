"""How short jobs read checkpoints and images: always guarded, strangers' in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.untrusted import limits
from mlcore.insight.image_file import read_grey

__all__ = ["guarded", "load_checkpoint", "load_image"]

_EXTRA = 512 * 2**20  # bytes of address space for reading a stranger's file


@contextmanager
def guarded(request: Mapping[str, Any]) -> Iterator[int]:
    """Within the block a request marked "untrusted" gets little memory; yields a size limit."""
    if not request.get("untrusted"):
        yield limits.MAX_BYTES
        return
    with limits.memory_limit(_EXTRA):
        yield limits.UPLOAD_BYTES


def load_checkpoint(request: Mapping[str, Any]) -> Checkpoint:
    """The file at "checkpoint".

    Raises:
        CheckpointError: it is refused.
    """
    with guarded(request) as max_bytes:
        return checkpoint.load(Path(request["checkpoint"]), max_bytes=max_bytes)


def load_image(request: Mapping[str, Any]) -> NDArray[np.uint8]:
    """The grey pixels (H, W) of the image at "image", which is a stranger's."""
    with limits.memory_limit(_EXTRA):
        return read_grey(Path(request["image"]))
