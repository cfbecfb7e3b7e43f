from __future__ import annotations

import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from torchvision import datasets

from mlcore.data import CATALOG, RawSplit, load_raw
from mlcore.data.fingerprint import fingerprint
from mlcore.errors import DataCorruptError, DataMissingError, SettingsError


def _write(path: Path, array: NDArray[np.generic], kind: int = 8) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def _make(name: str, root: Path, count: int = 120) -> None:
    """Files of random images of any family, every label in turn."""
    family, rng = CATALOG[name], np.random.default_rng(1)
    assert family.train is not None
    assert family.test is not None
    for files in (family.train, family.test):
        folder = root / family.folder
        _write(folder / files.images, rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
        labels = np.arange(count) % len(family.classes) + family.first_label
        if files.labels.endswith("-int"):
            rows = rng.integers(0, 9_999, (count, 8))
            rows[:, 0] = labels
            _write(folder / files.labels, rows.astype(">i4"), kind=12)
        else:
            _write(folder / files.labels, labels.astype(np.uint8))


_THEIRS: dict[str, Callable[..., datasets.MNIST]] = {
    "mnist": datasets.MNIST,
    "fashion_mnist": datasets.FashionMNIST,
    "kmnist": datasets.KMNIST,
    "qmnist": datasets.QMNIST,
    "emnist_digits": lambda root, train: datasets.EMNIST(root, "digits", train=train),
    "emnist_letters": lambda root, train: datasets.EMNIST(root, "letters", train=train),
    "emnist_balanced": lambda root, train: datasets.EMNIST(root, "balanced", train=train),
}


@pytest.mark.parametrize("name", _THEIRS)
def test_every_family_is_read_from_where_torchvision_keeps_it(name: str, tmp_path: Path) -> None:
    _make(name, tmp_path)
    ours = load_raw(name, tmp_path)
    for split, train in ((ours.train, True), (ours.test, False)):
        theirs = _THEIRS[name](str(tmp_path), train=train)
        images, labels = theirs.data.numpy(), theirs.targets.numpy()
        if name.startswith("emnist"):
            images = images.transpose(0, 2, 1)  # upright
        if name == "emnist_letters":
            labels = labels - 1
        if name == "qmnist":
            labels = labels[:, 0]
        np.testing.assert_array_equal(split.images, images)
        np.testing.assert_array_equal(split.labels, labels)
        assert split.images.flags.c_contiguous
        assert split.labels.dtype == np.int64
        assert len(split) == 120
        assert split.labels.max() == len(ours.classes) - 1


def test_packed_files_are_read_where_only_they_are_there(
    tiny_idx_root: Callable[..., Path],
) -> None:
    packed = load_raw("mnist", tiny_idx_root(packed=True))
    plain = load_raw("mnist", tiny_idx_root())
    np.testing.assert_array_equal(packed.train.images, plain.train.images)
    assert packed.fingerprint == plain.fingerprint


def test_a_missing_file_is_named_with_what_to_do(tiny_idx_root: Callable[..., Path]) -> None:
    root = tiny_idx_root()
    (root / "MNIST/raw/t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataMissingError, match="t10k-labels-idx1-ubyte is missing") as caught:
        load_raw("mnist", root)
    assert "mlcore data fetch mnist" in str(caught.value)
    assert "bundled `digits`" in str(caught.value)


def _labels_file(root: Path) -> Path:
    return root / "MNIST/raw/train-labels-idx1-ubyte"


def test_a_label_outside_the_classes_is_named_with_its_place(
    tiny_idx_root: Callable[..., Path],
) -> None:
    root = tiny_idx_root(train=20)
    labels = np.arange(20, dtype=np.uint8) % 10
    labels[7] = 10
    _write(_labels_file(root), labels)
    fault = r"train-labels-idx1-ubyte holds the label 10 at image 7, outside 0 to 9"
    with pytest.raises(DataCorruptError, match=fault):
        load_raw("mnist", root)


def test_labels_below_the_first_are_refused(tmp_path: Path) -> None:
    _make("emnist_letters", tmp_path)
    _write(
        tmp_path / "EMNIST/raw/emnist-letters-train-labels-idx1-ubyte",
        np.arange(120, dtype=np.uint8) % 26,
    )
    with pytest.raises(DataCorruptError, match="label 0 at image 0, outside 1 to 26"):
        load_raw("emnist_letters", tmp_path)


def test_more_images_than_labels_are_refused(tiny_idx_root: Callable[..., Path]) -> None:
    root = tiny_idx_root(train=20)
    _write(_labels_file(root), np.zeros(19, np.uint8))
    with pytest.raises(DataCorruptError, match="holds 19 labels for 20 images"):
        load_raw("mnist", root)


def test_images_and_labels_that_changed_places_are_refused(
    tiny_idx_root: Callable[..., Path],
) -> None:
    root = tiny_idx_root(train=20)
    images = root / "MNIST/raw/train-images-idx3-ubyte"
    content = images.read_bytes()
    images.write_bytes(_labels_file(root).read_bytes())
    with pytest.raises(DataCorruptError, match="train-images-idx3-ubyte holds no images"):
        load_raw("mnist", root)
    images.write_bytes(content)
    _labels_file(root).write_bytes(content)
    with pytest.raises(DataCorruptError, match="train-labels-idx1-ubyte holds no labels"):
        load_raw("mnist", root)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match='did you mean "mnist"'):
        load_raw("mnits", Path("unused"))


def test_the_fingerprint_notices_any_pixel_label_class_or_order() -> None:
    images = np.zeros((4, 28, 28), np.uint8)
    labels = np.array([0, 1, 0, 1])

    def of(images: NDArray[np.uint8], labels: NDArray[np.int64], *classes: str) -> str:
        return fingerprint(classes, RawSplit(images=images, labels=labels))

    pixel, label = images.copy(), labels.copy()
    pixel[3, 27, 27] = 1
    label[3] = 0
    prints = {
        of(images, labels, "a", "b"),
        of(pixel, labels, "a", "b"),
        of(pixel[::-1].copy(), labels, "a", "b"),
        of(images, label, "a", "b"),
        of(images, labels, "a", "c"),
        of(images[:3], labels[:3], "a", "b"),
    }
    assert len(prints) == 6
    assert of(images.copy(), labels.copy(), "a", "b") in prints


@pytest.mark.mnist
def test_mnist_is_read_whole_and_quickly(mnist_root: Path) -> None:
    def seconds(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    data = load_raw("mnist", mnist_root)
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert data.fingerprint == "376e325e8d3f9e2c"
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    # On a quiet core: 14 ms for the bare bytes, 40 ms with all checks and the fingerprint.
    files = sorted((mnist_root / "MNIST/raw").iterdir())
    bare = min(seconds(lambda: [np.fromfile(file, np.uint8) for file in files]) for _ in range(5))
    ours = min(seconds(lambda: load_raw("mnist", mnist_root)) for _ in range(5))
    assert ours < max(0.1, 7 * bare)


def test_the_torch_free_side_imports_no_torch_and_no_network() -> None:

    script = (
        "import sys, mlcore.data as d; d.CATALOG; d.load_raw('digits', None); print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"torch", "torchvision", "urllib.request", "ssl"} & set(run.stdout.split())
