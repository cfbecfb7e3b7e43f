"""Images and labels as they are read, and how a family of data sets is described."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGITS", "Download", "Family", "Progress", "RawData", "RawSplit", "SplitFiles"]

DIGITS = tuple("0123456789")
"""Class names of the data sets of digits."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawSplit:
    """Images as they are in the files, white ink (255) on black paper (0)."""

    images: NDArray[np.uint8]  # (N, 28, 28)
    labels: NDArray[np.int64]  # (N,), 0..C-1

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawData:
    """A whole data set in memory; two with the same fingerprint have the same contents."""

    name: str
    title: str
    classes: tuple[str, ...]
    train: RawSplit
    test: RawSplit
    fingerprint: str  # 16 hex digits


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFiles:
    """The two IDX files of a split: their unpacked names, and their md5 where it is known."""

    images: str
    labels: str
    images_md5: str = ""
    labels_md5: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Both names, images first."""
        return self.images, self.labels

    @property
    def md5s(self) -> tuple[str, str]:
        """Both sums, in the order of `names`."""
        return self.images_md5, self.labels_md5


@dataclass(frozen=True, slots=True)
class Download:
    """One file to fetch: a `.gz` of one IDX file, or a `.zip` of such `.gz` files."""

    file: str
    md5: str
    mirrors: tuple[str, ...]  # addresses of its folder, tried in this order
    members: tuple[str, ...] = ()  # of a `.zip`: what to take out of it

    @property
    def packed(self) -> tuple[str, ...]:
        """Names of the `.gz` files that it leaves in the data folder."""
        return tuple(member.rpartition("/")[2] for member in self.members) or (self.file,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the download of one file is."""

    file: str
    done: int  # bytes
    total: int  # bytes; 0: the server did not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One entry of the catalog: everything known about a data set before it is read."""

    name: str  # as in `data.name`
    title: str
    description: str  # one sentence
    licence: str
    classes: tuple[str, ...]
    train_images: int
    test_images: int
    folder: str = ""  # below the data root, with /; empty: bundled with the package
    train: SplitFiles | None = None
    test: SplitFiles | None = None
    downloads: tuple[Download, ...] = ()
    download_bytes: int = 0  # of all downloads together
    first_label: int = 0  # the label in the files that becomes 0
    transposed: bool = False  # in the files rows and columns are swapped

    @property
    def bundled(self) -> bool:
        """Whether it comes with the package and needs neither disk nor network."""
        return not self.folder

    @property
    def files(self) -> tuple[str, ...]:
        """The unpacked names of all files, images before labels; empty when bundled."""
        return tuple(name for split in (self.train, self.test) if split for name in split.names)
