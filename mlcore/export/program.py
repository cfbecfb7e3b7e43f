"""The model as a `torch.export` program. Needs torch."""

from __future__ import annotations

import io

import torch
from torch import Tensor

from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.write import about
from mlcore.errors import ExportError
from mlcore.export.pixels import SHAPE, PixelModel

__all__ = ["program_bytes"]

_SETTINGS = "mlcore.json"
"""Name of the extra file in which a program keeps its settings."""


def program_bytes(found: Checkpoint, pixels: PixelModel, images: Tensor) -> bytes:
    """A file that `torch.export.load` reads: pixels `(batch, 1, 28, 28)` → `(batch, classes)`.

    Args:
        found: what the settings in it are taken from.
        pixels: the model.
        images: `(N, 1, 28, 28)`; the program is loaded again and compared on them.

    Raises:
        ExportError: the program answers otherwise than the model.
    """
    batch = torch.export.Dim("batch", min=1)
    program = torch.export.export(
        pixels, (torch.zeros(2, *SHAPE),), dynamic_shapes={"images": {0: batch}}
    )
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={_SETTINGS: about(found)})
    content = buffer.getvalue()
    again = torch.export.load(io.BytesIO(content)).module()
    with torch.inference_mode():
        for some in (images, images[:1]):
            if not torch.allclose(again(some), pixels(some), rtol=1e-5, atol=1e-5):
                raise ExportError(
                    f"The exported program answers otherwise than the model on {len(some):,} "
                    "images: nothing was written."
                )
    return content
