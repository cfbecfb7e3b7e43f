from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlcore.data.idx import check_idx, find_idx, read_idx
from mlcore.errors import DataCorruptError, DataMissingError


def _idx(array: NDArray[np.generic], kind: int = 8) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape) + array.tobytes()


IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
CONTENT = _idx(IMAGES)


def _write(folder: Path, content: bytes, packed: bool) -> Path:
    path = folder / ("images.gz" if packed else "images")
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_images_and_labels_come_back_as_they_were_written(tmp_path: Path, packed: bool) -> None:
    facts = np.arange(24, dtype=">i4").reshape(3, 8)
    for array, kind in ((IMAGES, 8), (IMAGES[:, 0, 0], 8), (facts, 12)):
        path = _write(tmp_path, _idx(array, kind), packed)
        back = read_idx(path, "mnist")
        np.testing.assert_array_equal(back, array)
        assert back.flags.writeable
        assert check_idx(path, "mnist").shape == array.shape


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "only 0 bytes"),
        (b"\0\0\x08", "only 3 bytes"),
        (b"<html>not found</html>", r"is no IDX file \(it starts with 3c68746d\)"),
        (b"\0\0\x0d\x03" + bytes(12), "no IDX file"),  # float32
        (b"\0\0\x08\x04" + bytes(12), "no IDX file"),  # four dimensions
        (b"\0\0\x08\x03\0\0\0\x05", "ends within its header"),
        (struct.pack(">HBB3I", 0, 8, 3, 5, 32, 32) + bytes(5_120), "images of 32×32"),
        (struct.pack(">HBB3I", 0, 8, 3, 0, 28, 28), "claims to hold 0"),
        (struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 28, 28), "claims to hold 4,294,967,295"),
        (CONTENT[:-1], r"is cut short \(3,935 bytes where 3,936 belong\)"),
        (CONTENT + b"x", r"is too long \(3,937 bytes where 3,936 belong\)"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault_and_what_to_do(
    tmp_path: Path, content: bytes, fault: str, packed: bool
) -> None:
    path = _write(tmp_path, content, packed)
    for look in (check_idx, read_idx):
        with pytest.raises(DataCorruptError, match=fault) as caught:
            look(path, "mnist")
        assert str(path) in str(caught.value)
        assert str(caught.value).endswith(". Delete it and run `mlcore data fetch mnist`.")


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 2_000))
def test_a_packed_file_cut_anywhere_is_never_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    whole = gzip.compress(CONTENT)
    path = tmp_path_factory.mktemp("cut") / "images.gz"
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(DataCorruptError):
        read_idx(path, "mnist")


def test_a_packed_file_with_a_flipped_bit_is_never_read(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(CONTENT))
    path = tmp_path / "images.gz"
    for place in range(20, len(whole) - 4, 97):
        flipped = bytearray(whole)
        flipped[place] ^= 16
        path.write_bytes(flipped)
        with pytest.raises(DataCorruptError):
            read_idx(path, "mnist")


def test_a_packed_file_that_unpacks_to_too_much_is_not_unpacked_to_its_end(tmp_path: Path) -> None:
    path = _write(tmp_path, CONTENT + bytes(50_000_000), packed=True)
    with pytest.raises(DataCorruptError, match="3,937 bytes where 3,936"):
        read_idx(path, "mnist")


def test_the_unpacked_file_comes_before_the_packed_one(tmp_path: Path) -> None:
    assert find_idx(tmp_path, "images") is None
    packed = _write(tmp_path, CONTENT, packed=True)
    assert find_idx(tmp_path, "images") == packed
    plain = _write(tmp_path, CONTENT, packed=False)
    assert find_idx(tmp_path, "images") == plain
    assert find_idx(plain, "below a file") is None


def test_a_file_that_went_away_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match="has gone"):
        read_idx(tmp_path / "images", "mnist")


def test_a_file_that_may_not_be_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *args: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    path = _write(tmp_path, CONTENT, packed=False)
    monkeypatch.setattr(Path, "open", refuse)  # a mode of 0 would not stop root
    with pytest.raises(DataMissingError, match="may not be read"):
        read_idx(path, "mnist")
