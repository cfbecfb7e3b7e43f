"""A data set as tensors, ready to train on: split, normalised and on its device."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.config import DataConfig, data_root
from mlcore.data.family import RawData, RawSplit
from mlcore.data.raw import load_raw
from mlcore.errors import SettingsError
from mlcore.fitting import check_held_out

__all__ = ["Dataset", "Split", "load", "normalise", "split_indices"]

_ROWS = 512  # images normalised at a time: table, bytes and floats stay within the cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Images and labels of one split, on one device.

    Training images are kept as `data.store` says; those of the other splits always as bytes, a
    quarter of the memory: `Dataset.inputs` normalises them batch by batch, to the same numbers.
    """

    images: Tensor  # (N, 784) float32 normalised, or uint8 as in the files
    labels: Tensor  # (N,) int64

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """All splits of a data set, with what a checkpoint needs to know about it."""

    name: str
    title: str
    classes: tuple[str, ...]
    fingerprint: str
    mean: float
    std: float
    train: Split
    validation: Split | None
    test: Split

    def inputs(self, images: Tensor) -> Tensor:
        """Rows of a split's images as the model takes them: bytes are normalised, floats kept."""
        return normalise(images, self.mean, self.std) if images.dtype == torch.uint8 else images


def normalise(images: Tensor, mean: float, std: float, rows: Tensor | None = None) -> Tensor:
    """Bytes (…) as float32 (…): ((x / 255) - mean) / std, as torchvision's transforms compute it.

    `ToTensor` divides by 255, `Normalize` subtracts and divides; each rounds to float32. A byte has
    256 values, so they are computed once on the CPU and looked up: the last bit agrees on every
    device (a GPU would multiply by 1/255 instead of dividing).

    Measured on MNIST's 60,000 training images, one thread: looked up 55 ms, in-place operations in
    chunks 93 ms, in one go 129 ms; `index_select` on the table 110 ms.

    Args:
        images: uint8.
        mean: of pixels from 0 to 1.
        std: of the same.
        rows: indices `(M,)` of the images to take, in this order; all by default.
    """
    if images.dtype != torch.uint8:
        raise TypeError(f"normalise takes bytes (torch.uint8), but got {images.dtype}")
    table = _table(mean, std)  # (256,)
    if images.device.type != "cpu":
        selected = images if rows is None else images.index_select(0, rows.to(images.device))
        return torch.from_numpy(table).to(images.device)[selected.int()]
    source, chosen = images.numpy(), None if rows is None else rows.numpy()
    count = len(source) if chosen is None else len(chosen)
    target = _aligned((count, *source.shape[1:]))
    for row in range(0, len(target), _ROWS):
        part = slice(row, row + _ROWS)
        pixels = source[part] if chosen is None else source[chosen[part]]
        # "clip" only spares the check of the range, and a buffered copy: a byte is always in it.
        np.take(table, pixels, out=target[part], mode="clip")
    return torch.from_numpy(target)


def _aligned(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Fresh float32 memory that begins at 64 bytes, as torch's does: products may round by that.

    NumPy asks the system for large pages where torch does not: gathering is a fifth faster.
    """
    size = math.prod(shape)
    memory = np.empty(size + 16, np.float32)
    first = -memory.ctypes.data % 64 // 4
    return memory[first : first + size].reshape(shape)


@functools.lru_cache(maxsize=8)
def _table(mean: float, std: float) -> NDArray[np.float32]:
    pixels = np.arange(256, dtype=np.float32) / np.float32(255)
    return (pixels - np.float32(mean)) / np.float32(std)  # (256,)


def split_indices(count: int, validation: int, seed: int) -> tuple[Tensor, Tensor]:
    """Indices of the training and the validation images, in the order `random_split` gives them.

    They are drawn from their own generator, so no other random draw is disturbed.
    """
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))  # (count,)
    return order[: count - validation], order[count - validation :]


def load(
    config: DataConfig,
    seed: int,
    device: torch.device | str = "cpu",
    raw: RawData | None = None,
) -> Dataset:
    """Read, limit, split and normalise a data set; the test set is always complete.

    With `train_limit` the first images of the training set are kept; `validation` images are then
    split off exactly as `random_split(train, [n - v, v], torch.Generator().manual_seed(seed))`.

    Args:
        config: which data, how much, how normalised and stored.
        seed: of the split; the global random state stays as it is.
        device: of the tensors. CPU to GPU moves bytes, not floats.
        raw: the data, where it has been read before (its arrays are not changed).

    Raises:
        DataMissingError, DataCorruptError: as `load_raw`.
        SettingsError: the settings leave no image, or no whole batch, to train on.
    """
    if raw is None:
        raw = load_raw(config.name, data_root(config))
    count = min(config.train_limit or len(raw.train), len(raw.train))
    _check_enough(config, count)
    parts: list[Tensor | None] = [None, None]
    if config.validation:
        parts = list(split_indices(count, config.validation, seed))
    limited = RawSplit(images=raw.train.images[:count], labels=raw.train.labels[:count])
    return Dataset(
        name=raw.name,
        title=raw.title,
        classes=raw.classes,
        fingerprint=raw.fingerprint,
        mean=config.mean,
        std=config.std,
        train=_tensors(limited, parts[0], config, device),
        validation=_tensors(limited, parts[1], None, device) if config.validation else None,
        test=_tensors(raw.test, None, None, device),
    )


def _check_enough(config: DataConfig, count: int) -> None:
    check_held_out(config.validation, count)
    left = count - config.validation
    if config.drop_last and left < config.batch_size:
        raise SettingsError(
            "`data.batch_size` must be at most the {left:,} training images where "
            "`data.drop_last` is on, but got {batch_size:,}: take smaller batches.",
            left=left,
            batch_size=config.batch_size,
        )


def _tensors(
    raw: RawSplit, indices: Tensor | None, floats: DataConfig | None, device: torch.device | str
) -> Split:
    """The rows `indices` of a split (all where None), normalised where `floats` asks for it."""
    images, labels = _writable(raw.images), _writable(raw.labels)
    images = images.reshape(len(images), -1)  # (N, 784)
    if indices is not None:
        labels = labels.index_select(0, indices)
    if floats is not None and floats.store == "float32":
        # MNIST: 188 MB, looked up chunk by chunk, so that there is never a second copy.
        images = normalise(images.to(device), floats.mean, floats.std, indices)
    else:
        images = images if indices is None else images.index_select(0, indices)
    return Split(images=images.to(device), labels=labels.to(device))


def _writable(array: NDArray[np.generic]) -> Tensor:
    """Share the memory, or copy it where the array is read-only (the bundled data)."""
    return torch.from_numpy(array if array.flags.writeable else array.copy())
