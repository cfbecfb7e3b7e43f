"""`export`: one checkpoint into one file of another form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlcore import checkpoint
from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.untrusted.source import noting_file
from mlcore.checkpoint.write import write_bytes
from mlcore.data.tensors import Dataset
from mlcore.errors import ExportError
from mlcore.export.compare import compare
from mlcore.export.formats import FORMATS, find_format
from mlcore.export.pixels import PixelModel, pixel_model, some_images

__all__ = ["export"]


def export(
    found: Checkpoint,
    source: Path,
    target: Path,
    name: str,
    data: Dataset | None = None,
) -> dict[str, Any]:
    """Write a checkpoint as the form `name`, whole or not at all.

    ONNX and torch.export are compared with the model before they are written.

    Args:
        found: the checkpoint.
        source: the file it was read from.
        target: the file to write; an existing one is replaced.
        name: a key of `FORMATS`.
        data: whose test images to compare on; 1,000 images of noise without it.

    Returns:
        What the comparison found, where there was one: "images", "largest_difference" and
        "same_class", as `compare` says.

    Raises:
        SettingsError: there is no such form.
        ExportError: a package is missing, the checkpoint does not hold enough, or the comparison
            fails.
        CheckpointError: the file cannot be written, or the model's activation is not here.
    """
    find_format(name).check()
    match name:
        case "full":
            write_bytes(target, _full(found, source))
        case "weights":
            checkpoint.save_weights(target, found.model)
        case "safetensors":
            checkpoint.save_safetensors(target, found)
        case _:
            with noting_file(source):
                found.check_certain()
            pixels = pixel_model(found)
            content, compared = _program(name, found, pixels, data)
            write_bytes(target, content)
            return compared
    return {}


def _full(found: Checkpoint, source: Path) -> bytes:
    if found.form != "full":
        raise ExportError(
            "{file} is no full checkpoint (it lacks what training needs to continue): "
            "export its weights.",
            file=source.name,
        )
    try:
        return source.read_bytes()
    except OSError as error:
        raise ExportError(
            "{file} cannot be read ({reason}).", file=source, reason=error.strerror or str(error)
        ) from None


def _program(
    name: str, found: Checkpoint, pixels: PixelModel, data: Dataset | None
) -> tuple[bytes, dict[str, Any]]:
    """The file's bytes, and what comparing them with the model found."""
    if name == "onnx":
        from mlcore.export.onnx_graph import onnx_bytes, onnx_session

        content = onnx_bytes(found, pixels)
        answer = onnx_session(content)
    else:
        from mlcore.export.program import program_bytes, program_session

        content = program_bytes(found, pixels)
        answer = program_session(content)
    return content, compare(FORMATS[name].title, answer, pixels, some_images(data))
