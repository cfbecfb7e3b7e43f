"""Files of other programs are refused by their own name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from mlcore.checkpoint import load
from mlcore.errors import CheckpointError


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        file.addfile(tarfile.TarInfo("model.pt"))
    return buffer.getvalue()


def _npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(4))
    return buffer.getvalue()


REST = bytes(60)
FILES = {
    "PNG": b"\x89PNG\r\n\x1a\n" + REST,
    "JPEG": b"\xff\xd8\xff\xe0" + REST,
    "GIF": b"GIF89a" + REST,
    "WebP": b"RIFF\x10\0\0\0WEBPVP8 " + REST,
    "gzip": gzip.compress(b"x"),
    "bzip2": bz2.compress(b"x"),
    "xz": lzma.compress(b"x"),
    "zlib": zlib.compress(b"x"),
    "zstd": b"\x28\xb5\x2f\xfd" + REST,
    "7z": b"7z\xbc\xaf\x27\x1c" + REST,
    "RAR": b"Rar!\x1a\x07\x01\0" + REST,
    "tar": _tar(),
    ".h5": b"\x89HDF\r\n\x1a\n" + REST,
    ".npy": _npy(),
    "TensorFlow Lite": b"\x1c\0\0\0TFL3" + REST,
    "GGUF": b"GGUF\x03\0\0\0" + REST,
    "ONNX": b"\x08\x07\x12\x07pytorch\x1a\x051.9.0",
    "Core ML": b"\x08\x04\x12\x85\x01\x0a\x1f\x0a\x05image",
    ".pb": b"\x08\x01\x12\xf3\x8a\x01\n\xc4\x19\x0a\x03Add",
    ".ckpt.index": bytes(40) + b"x" * 60 + bytes.fromhex("57fb808b247547db"),
    "IDX": b"\0\0\x08\x03\0\0\xea\x60" + REST,
    "AppleDouble": b"\0\x05\x16\x07\0\x02\0\0Mac OS X" + REST,
    "TensorBoard": b"\x18" + bytes(7) + b'\xa3\x7fK"\t' + bytes(8) + b"\x1a\x0dbrain.Event:2",
    "PDF": b"%PDF-1.7\n" + REST,
    "SQLite": b"SQLite format 3\0" + REST,
    "ELF": b"\x7fELF" + REST,
}


@pytest.mark.parametrize("name", FILES)
def test_the_format_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.pt").write_bytes(FILES[name])
    with pytest.raises(CheckpointError) as caught:
        load(tmp_path / "model.pt")
    assert name in str(caught.value)
    assert ": " in str(caught.value)


def test_a_graph_of_tensorflow_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"\n\x16\n\x01x\x12\x0bPlaceholder*\x0b")
    with pytest.raises(CheckpointError, match=r"TensorFlow model \(\.pb\)"):
        load(tmp_path / "model.pt")


def test_zeros_are_a_broken_copy(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(bytes(5000))
    with pytest.raises(CheckpointError, match="begins with zeros only"):
        load(tmp_path / "model.pt")


def test_what_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"\x81\xa6params\x82" + REST)
    with pytest.raises(CheckpointError, match="unknown kind"):
        load(tmp_path / "model.pt")
