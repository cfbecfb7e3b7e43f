from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from mlcore.data import disk, load_raw, status, verify
from mlcore.data.catalog import CATALOG
from mlcore.data.family import Family
from mlcore.errors import SettingsError


@pytest.mark.parametrize("packed", [False, True])
def test_whole_files_are_ready_and_counted(
    tiny_idx_root: Callable[..., Path], packed: bool
) -> None:
    root = tiny_idx_root(train=30, test=10, packed=packed)
    found = status("mnist", root)
    assert (found.state, found.train_images, found.test_images) == ("ready", 30, 10)
    assert found.usable
    assert found.folder == root / "MNIST/raw"
    assert "30 training and 10 test images" in str(found.message)


@pytest.mark.parametrize("name", [name for name in CATALOG if name != "digits"])
def test_what_is_not_there_is_missing_and_described_as_published(tmp_path: Path, name: str) -> None:
    for look in (status, verify):
        found = look(name, tmp_path / "nowhere")
        assert found.state == "missing"
        assert not found.usable
        assert found.train_images == CATALOG[name].train_images
        assert found.download_bytes > 10_000_000
        assert f"mlcore data fetch {name}" in str(found.message)


def test_the_digits_are_bundled_wherever_the_root_is(tmp_path: Path) -> None:
    for look in (status, verify):
        found = look("digits", tmp_path / "nowhere")
        assert (found.state, found.folder, found.train_images) == ("bundled", None, 1_437)
        assert found.usable


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_was_cut_is_damaged_and_named(
    tiny_idx_root: Callable[..., Path], packed: bool
) -> None:
    root = tiny_idx_root(packed=packed)
    file = root / "MNIST/raw" / ("t10k-images-idx3-ubyte" + (".gz" if packed else ""))
    file.write_bytes(file.read_bytes()[:-100])
    found = status("mnist", root)
    assert (found.state, found.train_images) == ("damaged", 60_000)
    assert str(file) in str(found.message)


def test_counts_that_do_not_match_are_damage(tiny_idx_root: Callable[..., Path]) -> None:
    root = tiny_idx_root(train=30)
    raw = root / "MNIST/raw"
    (raw / "train-labels-idx1-ubyte").write_bytes((raw / "t10k-labels-idx1-ubyte").read_bytes())
    found = status("mnist", root)
    assert found.state == "damaged"
    assert "holds 50 labels for 30 images" in str(found.message)


def _as_published(monkeypatch: pytest.MonkeyPatch, train: int, test: int) -> Family:
    """Let a tiny family without known md5 sums stand for MNIST."""
    mnist = CATALOG["mnist"]
    assert mnist.train is not None
    assert mnist.test is not None
    family = dataclasses.replace(
        mnist,
        train_images=train,
        test_images=test,
        train=dataclasses.replace(mnist.train, images_md5="", labels_md5=""),
        test=dataclasses.replace(mnist.test, images_md5="", labels_md5=""),
    )
    monkeypatch.setattr(disk, "find_family", lambda name: family)
    return family


def test_verifying_finds_a_wrong_label_that_a_look_at_the_headers_cannot(
    tiny_idx_root: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny_idx_root(train=30, test=10)
    _as_published(monkeypatch, 30, 10)
    assert verify("mnist", root).state == "ready"
    file = root / "MNIST/raw/train-labels-idx1-ubyte"
    file.write_bytes(file.read_bytes()[:-1] + b"\x0a")
    assert status("mnist", root).state == "ready"
    found = verify("mnist", root)
    assert found.state == "damaged"
    assert "holds the label 10 at image 29" in str(found.message)


def test_verifying_finds_a_set_of_another_size(tiny_idx_root: Callable[..., Path]) -> None:
    root = tiny_idx_root(train=30)
    found = verify("mnist", root)
    assert found.state == "damaged"
    assert "holds 30 images where 60,000 were published" in str(found.message)


def test_verifying_finds_pixels_that_differ_from_the_published_ones(
    tiny_idx_root: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny_idx_root(train=30, test=10)
    family = _as_published(monkeypatch, 30, 10)
    assert family.test is not None
    known = dataclasses.replace(family.test, images_md5="0" * 32)
    monkeypatch.setattr(disk, "find_family", lambda name: dataclasses.replace(family, test=known))
    found = verify("mnist", root)
    assert found.state == "damaged"
    assert "t10k-images-idx3-ubyte differs from the published file" in str(found.message)


@pytest.mark.mnist
def test_the_real_mnist_is_what_was_published(mnist_root: Path) -> None:
    assert verify("mnist", mnist_root).state == "ready"


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    for look in (status, verify):
        with pytest.raises(SettingsError, match=r"`data\.name` must be one of"):
            look("svhn", tmp_path)


@pytest.mark.parametrize("given", ["", "MNIST", "MNIST/raw"])
def test_a_data_set_is_found_where_it_plainly_is(
    tiny_idx_root: Callable[..., Path], given: str
) -> None:
    root = tiny_idx_root()
    for file in list((root / "MNIST" / "raw").iterdir()):
        file.rename(file.with_name(file.name.replace("-idx", ".idx")))  # as Kaggle has them
    found = status("mnist", root / given)
    assert (found.state, found.folder) == ("ready", root / "MNIST" / "raw")
    assert len(load_raw("mnist", root / given).train) == found.train_images


def test_a_packed_file_that_was_cut_is_called_cut(tiny_idx_root: Callable[..., Path]) -> None:
    folder = tiny_idx_root() / "MNIST" / "raw"
    raw = folder / "train-images-idx3-ubyte"
    whole = gzip.compress(raw.read_bytes())
    raw.unlink()
    (folder / f"{raw.name}.gz").write_bytes(whole[: len(whole) // 2 - 4] + b"\xad\xad\xad\xad")
    found = status("mnist", folder.parents[1])
    assert found.state == "damaged"
    assert "is cut short" in str(found.message)
