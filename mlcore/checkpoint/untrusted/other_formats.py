"""What a file that is no checkpoint is instead, by its first bytes, and what to do with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlcore.checkpoint.untrusted.source import Source
from mlcore.checkpoint.untrusted.text_files import text_error
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["other_format"]

HEAD_BYTES = 1024
"""So many bytes from the start of a file are looked at."""

_PICTURES = N_(
    "The file is a picture ({format}), no checkpoint: give a file written by torch.save or "
    "safetensors."
)
_PACKED = N_("The file is packed ({format}): unpack it, and give the checkpoint that is inside.")
_KERAS = N_(
    "The file is in HDF5 ({format}), as Keras saves models, and only PyTorch's checkpoints and "
    "safetensors are read: save its weights by name with safetensors.numpy.save_file."
)
_NUMPY = N_(
    "The file is a NumPy array ({format}), and a model has several: save a dictionary of tensors, "
    "as torch.save({{name: torch.from_numpy(array)}}, path)."
)
_TENSORFLOW = N_(
    "The file belongs to a TensorFlow model ({format}), and only PyTorch's checkpoints and "
    "safetensors are read: save its weights by name with safetensors.numpy.save_file."
)
_OTHER_MODEL = N_(
    "The file is a model in the format {format}, and only PyTorch's checkpoints and safetensors "
    "are read: give the checkpoint from which it was made."
)
_OTHER = N_(
    "The file has the format {format}, it is no checkpoint: "
    "give a file written by torch.save or safetensors."
)
_MNIST = N_(
    "The file holds images or labels of a data set ({format}), no model: "
    "give a file written by torch.save or safetensors."
)
_MAC = N_(
    "The file is what macOS keeps beside a file ({format}), not the file itself: "
    "give the one whose name does not begin with `._`."
)

_SAYS = {
    "picture": _PICTURES,
    "packed": _PACKED,
    "keras": _KERAS,
    "numpy": _NUMPY,
    "model": _OTHER_MODEL,
    "other": _OTHER,
    "images": _MNIST,
    "mac": _MAC,
}
_MARKS: Sequence[tuple[int, bytes, str, str]] = (
    (0, b"\x89PNG", "picture", "PNG"),
    (0, b"\xff\xd8\xff", "picture", "JPEG"),
    (0, b"GIF8", "picture", "GIF"),
    (8, b"WEBP", "picture", "WebP"),
    (0, b"BM", "picture", "BMP"),
    (0, b"II*\0", "picture", "TIFF"),
    (0, b"\x1f\x8b", "packed", "gzip"),
    (0, b"BZh", "packed", "bzip2"),
    (0, b"\xfd7zXZ", "packed", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "packed", "zstd"),
    (0, b"\x04\x22\x4d\x18", "packed", "lz4"),
    (0, b"7z\xbc\xaf", "packed", "7z"),
    (0, b"Rar!", "packed", "RAR"),
    (0, b"\x78\x01", "packed", "zlib"),
    (0, b"\x78\x5e", "packed", "zlib"),
    (0, b"\x78\x9c", "packed", "zlib"),
    (0, b"\x78\xda", "packed", "zlib"),
    (257, b"ustar", "packed", "tar"),
    (0, b"\x89HDF", "keras", ".h5"),
    (0, b"\x93NUMPY", "numpy", ".npy"),
    (4, b"TFL3", "model", "TensorFlow Lite"),
    (0, b"GGUF", "model", "GGUF"),
    (0, b"lmgg", "model", "GGML"),
    (23, b"brain.Event", "other", "TensorBoard"),
    (0, b"\0\0\x08\x01", "images", "IDX"),
    (0, b"\0\0\x08\x03", "images", "IDX"),
    (0, b"\0\x05\x16\x07", "mac", "AppleDouble"),
    (0, b"%PDF", "other", "PDF"),
    (0, b"\x7fELF", "other", "ELF"),
    (0, b"MZ", "other", "Windows"),
    (0, b"SQLite format 3", "other", "SQLite"),
    (0, b"PAR1", "other", "Parquet"),
    (0, b"ARROW1", "other", "Arrow"),
    (0, b"MATLAB 5", "other", "MATLAB"),
    (0, b"\xac\xed\0\x05", "model", "Java"),
)
"""Where a mark lies, the mark, what kind of file has it, and the format's name."""

_INDEX_END = bytes.fromhex("57fb808b247547db")  # of the tables in which TensorFlow keeps an index


def other_format(source: Source) -> CheckpointError:
    """Why a file whose bytes begin as no checkpoint's is none."""
    head = source.read(0, min(HEAD_BYTES, source.size))
    for offset, mark, kind, name in _MARKS:
        if head[offset:].startswith(mark):
            return CheckpointError(_SAYS[kind], format=name)
    known = text_error(head) or _protobuf(head) or _by_end(source)
    return known or CheckpointError(
        "The file is of an unknown kind, no checkpoint: "
        "give a file written by torch.save or safetensors."
    )


def _by_end(source: Source) -> CheckpointError | None:
    if not any(source.read(0, min(64, source.size))):
        return CheckpointError(
            "The file begins with zeros only, as after a broken copy or download: "
            "copy or download it again."
        )
    if source.size > 48 and source.read(source.size - 8, 8) == _INDEX_END:
        return CheckpointError(_TENSORFLOW, format=".ckpt.index")
    return None


def _protobuf(head: bytes) -> CheckpointError | None:
    """ONNX, Core ML and TensorFlow write Protocol Buffers, whose first fields tell them apart.

    Source: `onnx.proto` (1: ir_version, 2: producer_name), Core ML's `Model.proto`
    (1: specificationVersion, 2: description) and TensorFlow's `saved_model.proto` (1: version).
    """
    if re.match(rb"\x08[\x01-\x1f](\x12.{1,2}[\x20-\x7e]{3}|[\x3a\x42\x22\x1a])", head, re.DOTALL):
        return CheckpointError(_OTHER_MODEL, format="ONNX")
    if re.match(rb"\x08\x01\x12", head):
        return CheckpointError(_TENSORFLOW, format=".pb")
    if re.match(rb"\x08[\x01-\x1f]\x12", head):
        return CheckpointError(_OTHER_MODEL, format="Core ML")
    if re.match(rb"\x0a.{1,3}\x0a.[\x20-\x7e]+\x12", head, re.DOTALL):
        return CheckpointError(_TENSORFLOW, format=".pb")
    return None
