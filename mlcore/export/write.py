"""`export`: one checkpoint into one file of another form. Needs torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.write import write_bytes
from mlcore.data.tensors import Dataset
from mlcore.errors import ExportError
from mlcore.export.formats import find_format
from mlcore.export.pixels import pixel_model, some_images

__all__ = ["export"]


def export(
    found: Checkpoint, source: Path, target: Path, name: str, data: Dataset | None = None
) -> dict[str, Any]:
    """Write a checkpoint as the form `name`, whole or not at all.

    ONNX and torch.export are compared with the model before they are written.

    Args:
        found: the checkpoint.
        source: the file it was read from.
        target: the file to write; one that stands there is replaced.
        name: a key of `FORMATS`.
        data: whose test images to compare on; 1,000 images of noise without it.

    Returns:
        What the comparison found, for ONNX: "images", "largest_difference", "same_class".

    Raises:
        SettingsError: there is no such form.
        ExportError: a package is missing, the checkpoint does not hold enough, or the comparison
            fails.
        CheckpointError: the file cannot be written.
    """
    find_format(name).check()
    match name:
        case "full":
            if found.form != "full":
                raise ExportError(
                    f"{source.name} is no full checkpoint (it lacks what training needs to go on): "
                    "export its weights."
                )
            try:
                content = source.read_bytes()
            except OSError as error:
                raise ExportError(f"{source} cannot be read ({error.strerror}).") from None
            write_bytes(target, content)
        case "weights":
            checkpoint.save_weights(target, found.model)
        case "safetensors":
            checkpoint.save_safetensors(target, found)
        case "onnx":
            from mlcore.export.onnx_graph import compare, onnx_bytes

            pixels = pixel_model(found)
            content = onnx_bytes(found, pixels)
            result = compare(content, pixels, some_images(data))
            write_bytes(target, content)
            return result
        case "pt2":
            from mlcore.export.program import program_bytes

            pixels = pixel_model(found)
            write_bytes(target, program_bytes(found, pixels, some_images(data)))
    return {}
