"""Fixtures that several rooms share: real MNIST, a browser, and small made-up IDX files.

What a test needs and this machine lacks is skipped, unless MLCORE_NO_SKIP=1 says (as CI does)
that it must be there: then the test fails.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

_MNIST_FILES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _lacks(what: str) -> NoReturn:
    if os.environ.get("MLCORE_NO_SKIP") == "1":
        pytest.fail(f"{what} (and MLCORE_NO_SKIP=1 forbids skipping)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder in which the real, unpacked MNIST files lie."""
    root = Path(os.environ.get("MLCORE_DATA") or Path(__file__).parents[1] / "data").resolve()
    for name, size in _MNIST_FILES.items():
        file = root / "MNIST" / "raw" / name
        if not file.is_file() or file.stat().st_size != size:
            _lacks(f"the real MNIST files are not in {root}")
    return root


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium executable."""
    chosen = os.environ.get("MLCORE_CHROMIUM")
    found = chosen or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not found:
        _lacks("no Chromium on this machine (set MLCORE_CHROMIUM to its path)")
    return found


def _idx(array: NDArray[np.uint8]) -> bytes:
    """The bytes of an IDX file of unsigned bytes: magic number, sizes, values."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def _images(
    count: int, classes: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Noise with one bright bar per class, so that a model can learn them; labels take turns."""
    labels = (np.arange(count) % classes).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    for index, label in enumerate(labels):
        images[index, 2 + 2 * (int(label) % 12), 4:24] = 255 - 16 * (int(label) // 12)
    return images, labels


@pytest.fixture
def tiny_idx_root(tmp_path: Path) -> Callable[..., Path]:
    """A maker of a data folder with a tiny MNIST-like family in it, laid out as torchvision does.

    `tiny_idx_root(folder="MNIST", train=200, test=50, classes=10, seed=0, packed=False)` writes
    the four files (gzip-packed when asked) and returns the root.
    """

    def make(
        folder: str = "MNIST",
        *,
        train: int = 200,
        test: int = 50,
        classes: int = 10,
        seed: int = 0,
        packed: bool = False,
    ) -> Path:
        root = tmp_path / "tiny_data"
        raw = root / folder / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(seed)
        for stem, count in (("train", train), ("t10k", test)):
            images, labels = _images(count, classes, rng)
            for name, array in ((f"{stem}-images-idx3", images), (f"{stem}-labels-idx1", labels)):
                content = _idx(array)
                if packed:
                    (raw / f"{name}-ubyte.gz").write_bytes(gzip.compress(content))
                else:
                    (raw / f"{name}-ubyte").write_bytes(content)
        return root

    return make
