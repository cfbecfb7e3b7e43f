"""Fixtures that several rooms share: real MNIST, a browser, a database, small made-up IDX files.

What a test needs and this machine lacks is skipped, unless MLCORE_NO_SKIP=1 says (as CI does)
that it must be there: then the test fails.
"""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from mlcore.runs import read_state
from tests.chromium import find_chromium
from tests.postgres import Postgres, find_binaries

if TYPE_CHECKING:
    from mlcore.runs import RunFolder, RunStore

# A busy machine is no failure: nothing here asserts a time.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

_MNIST_FILES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}


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
    if not (found := find_chromium()):
        _lacks("no Chromium on this machine (set MLCORE_CHROMIUM to its path)")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, for all tests that want one; each has a database of its own there."""
    binaries = find_binaries()
    if binaries is None:
        _lacks("no PostgreSQL server on this machine (Debian's package is `postgresql`)")
    server = Postgres(binaries)
    yield server
    server.close()


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


@pytest.fixture
def training() -> Iterator[Callable[..., RunFolder]]:
    """A maker of runs that train in a thread of this process until they are told to stop.

    `training(store, **{"optim.lr": 0.1})` returns when the first steps are done: on the bundled
    digits, with one thread, for 10,000 epochs.
    """
    import torch

    from mlcore.commands import Stop
    from mlcore.config import RunConfig
    from mlcore.run import execute
    from mlcore.runs import ENDED, send

    threads = torch.get_num_threads()
    begun: list[tuple[RunFolder, threading.Thread]] = []
    settings = {
        "data.name": "digits",
        "data.batch_size": 64,
        "data.validation": 200,
        "model.hidden": [16],
        "train.epochs": 10_000,
        "train.device": "cpu",
        "train.threads": 1,
    }

    def begin(store: RunStore, **changes: Any) -> RunFolder:
        folder = store.create(RunConfig.from_flat(settings | changes))
        thread = threading.Thread(target=execute, args=(folder,), daemon=True)
        begun.append((folder, thread))
        thread.start()
        until = time.monotonic() + 60
        while b'"event": "steps"' not in _content(folder.events_path):
            assert thread.is_alive(), _content(folder.events_path).decode()
            assert time.monotonic() < until
            time.sleep(0.005)
        return folder

    yield begin
    for folder, thread in begun:
        if folder.path.exists() and read_state(folder) not in ENDED:
            send(folder, Stop())
        thread.join(60)
    torch.set_num_threads(threads)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
