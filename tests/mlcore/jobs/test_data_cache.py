"""A data set that lies ready is the one on disk."""

import os

import numpy as np

from mlcore.config import RunConfig
from mlcore.jobs.data_cache import DataCache


def config(root, name="mnist"):
    return RunConfig.from_flat({"data.name": name, "data.root": str(root)})


def test_what_was_put_is_taken_without_reading_again(tiny_idx_root):
    root = tiny_idx_root()
    cache = DataCache()
    assert cache.get(config(root)) is None
    cache.load("mnist", root)
    raw = cache.get(config(root))
    assert raw is not None
    assert len(raw.train) == 200
    cache.load("mnist", root)
    assert cache.get(config(root)) is raw


def test_other_data_are_not_given(tiny_idx_root, tmp_path):
    root = tiny_idx_root()
    cache = DataCache()
    cache.load("mnist", root)
    assert cache.get(config(root, "kmnist")) is None
    assert cache.get(config(tmp_path / "elsewhere")) is None
    assert cache.get(config(root, "digits")) is None


def test_files_that_changed_are_read_again(tiny_idx_root):
    root = tiny_idx_root()
    cache = DataCache()
    cache.load("mnist", root)
    before = cache.get(config(root))
    labels = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    content = bytearray(labels.read_bytes())
    content[8] = (content[8] + 1) % 10
    labels.write_bytes(content)
    os.utime(labels, ns=(1, 1))
    assert cache.get(config(root)) is None
    cache.load("mnist", root)
    after = cache.get(config(root))
    assert before is not None
    assert after is not None
    assert not np.array_equal(before.train.labels, after.train.labels)


def test_what_cannot_be_read_is_left_out(tmp_path):
    cache = DataCache()
    cache.load("mnist", tmp_path)
    assert cache.get(config(tmp_path)) is None
    cache.load("digits", tmp_path)
    assert cache.get(config(tmp_path, "digits")) is not None
