"""The model as a `torch.export` program."""

from __future__ import annotations

import io
from collections.abc import Callable

import torch
from torch import Tensor

from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.write import about
from mlcore.export.pixels import SHAPE, PixelModel

__all__ = ["program_bytes", "program_session"]

_SETTINGS = "mlcore.json"
"""Name of the extra file in which a program keeps its settings."""


def program_bytes(found: Checkpoint, pixels: PixelModel) -> bytes:
    """A file that `torch.export.load` reads: pixels `(batch, 1, 28, 28)` → `(batch, classes)`.

    Its extra file `mlcore.json` holds the settings.
    """
    batch = torch.export.Dim("batch", min=1)
    program = torch.export.export(
        pixels, (torch.zeros(2, *SHAPE),), dynamic_shapes={"images": {0: batch}}
    )
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # where on this machine the source lies
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={_SETTINGS: about(found)})
    return buffer.getvalue()


def program_session(content: bytes) -> Callable[[Tensor], Tensor]:
    """The file, loaded again, as a function of pixels `(B, 1, 28, 28)`."""
    program: Callable[[Tensor], Tensor] = torch.export.load(io.BytesIO(content)).module()
    return program
