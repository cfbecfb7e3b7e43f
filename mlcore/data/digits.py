"""The bundled digits: real handwriting that needs no network.

They are scikit-learn's `load_digits`: 1,797 images of 8×8 pixels with 17 grey levels, written by
13 people (E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, CC BY 4.0). So that a model trained on MNIST or a drawing can meet them,
each is enlarged to 20×20 and set into 28×28, as MNIST's digits are.
"""

from __future__ import annotations

import functools
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mlcore.config import SIDE
from mlcore.data.family import DIGITS, Family, RawSplit
from mlcore.errors import DataCorruptError
from mlcore.words import N_

__all__ = ["FAMILIES", "enlarge", "read_bundled"]

FAMILIES = (
    Family(
        name="digits",
        title=N_("Digits (bundled)"),
        description=N_("1,797 small handwritten digits that come with the package."),
        licence="CC BY 4.0",
        classes=DIGITS,
        train_images=1_437,
        test_images=360,
    ),
)

_FILE = Path(__file__).with_name("digits.npz")
_INK, _LEVELS = 20, 16  # side of the enlarged digit; the brightest grey level in the file


@functools.cache
def read_bundled() -> tuple[RawSplit, RawSplit]:
    """The training and test split; read once per process, and read-only.

    Every fifth image, counted class by class, is a test image: 360 of them, 34 to 37 a class.

    Raises:
        DataCorruptError: the file of the package is damaged.
    """
    try:
        with np.load(_FILE, allow_pickle=False) as file:
            small, labels = file["images"], file["labels"].astype(np.int64)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DataCorruptError(
            "{file} cannot be read ({error}): install mlcore again to restore it.",
            file=_FILE,
            error=str(error),
        ) from error
    images = enlarge(small)
    test = np.zeros(len(labels), bool)
    test[np.argsort(labels, kind="stable")[::5]] = True
    splits = tuple(RawSplit(images=images[part], labels=labels[part]) for part in (~test, test))
    for split in splits:
        split.images.flags.writeable = split.labels.flags.writeable = False
    return splits[0], splits[1]


def enlarge(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (N, 8, 8) of 0..16 as (N, 28, 28) of 0..255: bilinear to 20×20, then a rim of 4."""
    weights = _bilinear(small.shape[1], _INK)  # (20, 8)
    ink = weights @ (small * np.float64(255 / _LEVELS)) @ weights.T  # (N, 20, 20)
    rim = (SIDE - _INK) // 2
    return np.pad(np.rint(ink).astype(np.uint8), ((0, 0), (rim, rim), (rim, rim)))


def _bilinear(before: int, after: int) -> NDArray[np.float64]:
    """Row i holds the weights of the old pixels in new pixel i; pixel centres lie at i + 1/2."""
    centre = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)  # (after,)
    weights: NDArray[np.float64] = np.maximum(0, 1 - np.abs(centre[:, None] - np.arange(before)))
    return weights
