from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch.nn import functional

from mlcore.data import digits, load_raw
from mlcore.errors import DataCorruptError


def test_the_bundled_file_holds_scikit_learns_digits() -> None:
    theirs = load_digits()
    with np.load(Path(digits.__file__).with_name("digits.npz"), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["images"], theirs.images)
        np.testing.assert_array_equal(file["labels"], theirs.target)


def test_the_splits_together_are_all_images_once_and_classes_are_even() -> None:
    train, test = digits.read_bundled()
    assert (len(train), len(test)) == (1_437, 360)
    theirs = load_digits()
    every = digits.enlarge(theirs.images.astype(np.uint8))
    ours = np.concatenate([train.images, test.images])
    assert sorted(map(bytes, ours)) == sorted(map(bytes, every))
    assert np.bincount(test.labels).min() >= 34
    assert np.bincount(test.labels).max() <= 37


def test_labels_stay_with_their_images() -> None:
    theirs = load_digits()
    wanted = {
        bytes(image): label
        for image, label in zip(
            digits.enlarge(theirs.images.astype(np.uint8)), theirs.target, strict=True
        )
    }
    for split in digits.read_bundled():
        for image, label in zip(split.images, split.labels, strict=True):
            assert wanted[bytes(image)] == label


def test_the_split_is_the_same_in_every_version() -> None:
    assert load_raw("digits", Path("unused")).fingerprint == "a696cdd4fa1b2d10"


def test_images_are_enlarged_to_20_by_20_and_set_into_28_by_28() -> None:
    small = load_digits().images[:50].astype(np.uint8)
    ours = digits.enlarge(small)
    assert ours.shape == (50, 28, 28)
    assert ours.dtype == np.uint8
    inner = torch.from_numpy(small * (255 / 16))[:, None]
    theirs = functional.interpolate(inner, size=(20, 20), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(ours[:, 4:24, 4:24], theirs[:, 0].numpy(), atol=0.5001)
    ours[:, 4:24, 4:24] = 0
    assert not ours.any()


def test_the_brightest_ink_is_white_as_in_mnist() -> None:
    train, _ = digits.read_bundled()
    assert train.images.max() == 255
    assert train.images.min() == 0


def test_the_arrays_cannot_be_changed_by_one_reader_for_another() -> None:
    with pytest.raises(ValueError, match="read-only"):
        digits.read_bundled()[0].images[0] = 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"no archive"])
def test_a_damaged_package_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    broken = tmp_path / "digits.npz"
    broken.write_bytes(content)
    monkeypatch.setattr(digits, "_FILE", broken)
    digits.read_bundled.cache_clear()
    with pytest.raises(DataCorruptError, match=r"digits\.npz cannot be read .*install mlcore"):
        digits.read_bundled()
