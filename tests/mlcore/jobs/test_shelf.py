"""A data set that lies ready is the one on disk."""

import os

import numpy as np

from mlcore.config import RunConfig
from mlcore.jobs.shelf import Shelf


def config(root, name="mnist"):
    return RunConfig.from_flat({"data.name": name, "data.root": str(root)})


def test_what_was_put_is_taken_without_reading_again(tiny_idx_root):
    root = tiny_idx_root()
    shelf = Shelf()
    assert shelf.take(config(root)) is None
    shelf.put("mnist", root)
    raw = shelf.take(config(root))
    assert raw is not None
    assert len(raw.train) == 200
    shelf.put("mnist", root)
    assert shelf.take(config(root)) is raw


def test_other_data_are_not_given(tiny_idx_root, tmp_path):
    root = tiny_idx_root()
    shelf = Shelf()
    shelf.put("mnist", root)
    assert shelf.take(config(root, "kmnist")) is None
    assert shelf.take(config(tmp_path / "elsewhere")) is None
    assert shelf.take(config(root, "digits")) is None


def test_files_that_changed_are_read_again(tiny_idx_root):
    root = tiny_idx_root()
    shelf = Shelf()
    shelf.put("mnist", root)
    before = shelf.take(config(root))
    labels = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    content = bytearray(labels.read_bytes())
    content[8] = (content[8] + 1) % 10
    labels.write_bytes(content)
    os.utime(labels, ns=(1, 1))
    assert shelf.take(config(root)) is None
    shelf.put("mnist", root)
    after = shelf.take(config(root))
    assert before is not None
    assert after is not None
    assert not np.array_equal(before.train.labels, after.train.labels)


def test_what_cannot_be_read_is_left_out(tmp_path):
    shelf = Shelf()
    shelf.put("mnist", tmp_path)
    assert shelf.take(config(tmp_path)) is None
    shelf.put("digits", tmp_path)
    assert shelf.take(config(tmp_path, "digits")) is not None
