"""What of a data set is on disk, and whether it is whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlcore.data.catalog import find_family
from mlcore.data.digits import read_bundled
from mlcore.data.family import Family, SplitFiles
from mlcore.data.idx import check_idx, find_idx, repair_advice, unequal_counts
from mlcore.data.raw import data_folder, find_files, load_raw
from mlcore.errors import DataCorruptError, DataMissingError, MlcoreError, Notice
from mlcore.rules import list_words

__all__ = ["DataStatus", "State", "status", "verify", "what_lies_there"]

_NAMED = 3  # files that a sentence names

State = Literal["ready", "missing", "damaged", "bundled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStatus:
    """What of a data set is on disk."""

    name: str
    title: str
    state: State
    folder: Path | None  # of its files, also where they are missing; None: bundled
    message: MlcoreError  # what was found, for a shell
    fault: MlcoreError | None = None  # what is wrong with a damaged file
    train_images: int  # found where ready or bundled, else as published
    test_images: int
    download_bytes: int  # of a fetch, about

    @property
    def usable(self) -> bool:
        """Whether one can train on it now."""
        return self.state in ("ready", "bundled")


def status(name: str, root: Path) -> DataStatus:
    """Check names, headers and lengths of the files: under a millisecond, and never an error.

    Raises:
        SettingsError: the name is unknown.
    """
    family = find_family(name)
    if family.train is None or family.test is None:
        return _found(family, root, "bundled", Notice("It comes with mlcore and needs no network."))
    try:
        with repair_advice(name):
            counts = [_count(family, split, root) for split in (family.train, family.test)]
    except DataMissingError as error:
        return _found(family, root, "missing", error)
    except DataCorruptError as error:
        return _damaged(family, root, error)
    message = Notice(
        "{train:,} training and {test:,} test images are in {folder}.",
        train=counts[0],
        test=counts[1],
        folder=data_folder(family, root),
    )
    return _found(family, root, "ready", message, *counts)


def verify(name: str, root: Path) -> DataStatus:
    """Read the files to their end and compare them with what was published, label by label.

    MNIST's files are compared by md5. Of the other families only the sums of packed files are
    published, which `fetch` has checked; here their labels and counts are.

    Raises:
        SettingsError: the name is unknown.
    """
    family, found = find_family(name), status(name, root)
    if not found.usable:
        return found
    try:
        if family.train is None or family.test is None:
            read_bundled()
            return found
        data = load_raw(name, root)
        for files, split, count in (
            (family.train, data.train, family.train_images),
            (family.test, data.test, family.test_images),
        ):
            with repair_advice(name):
                _compare(family, files, len(split), count, root)
    except DataMissingError as error:
        return _found(family, root, "missing", error)
    except DataCorruptError as error:
        return _damaged(family, root, error)
    return found


def what_lies_there(name: str, root: Path) -> Notice:
    """What is in a folder that holds no such data set, for a sentence in brackets; or nothing.

    Files of the right names in a folder of any name could be those of four data sets, so they are
    not used, and where they belong is said.

    Raises:
        SettingsError: the name is unknown.
    """
    family = find_family(name)
    try:
        found = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    except OSError:
        return Notice(" (there is no such folder)")
    if family.train and find_idx(root, family.train.images):
        own = family.folder.partition("/")[0]
        return Notice(
            " (files of its names lie there, as several data sets have them: move them to {place} "
            "if they are this one's)",
            place=root / own,
        )
    if tables := [name for name in found if name.lower().endswith((".csv", ".parquet"))]:
        wanted = family.train.images if family.train else ""
        return Notice(
            " (there lies {table}, but tables are not read: its files are called {wanted} and so "
            "on)",
            table=tables[0],
            wanted=wanted,
        )
    if not found:
        return Notice()
    names = list_words([*found[:_NAMED], *(["others"] if len(found) > _NAMED else [])])
    return Notice(" (what lies there: {names})", names=names)


def _count(family: Family, files: SplitFiles, root: Path) -> int:
    """Images of a split, from the headers of its files."""
    paths = find_files(family, files, root)
    images, labels = (check_idx(path, family.name).shape[0] for path in paths)
    if images != labels:
        raise unequal_counts(paths[1], labels, images)
    return images


def _compare(family: Family, files: SplitFiles, images: int, published: int, root: Path) -> None:
    folder = data_folder(family, root)
    if images != published:
        raise DataCorruptError(
            "{path} holds {images:,} images where {published:,} were published.",
            path=find_idx(folder, files.images) or folder,
            images=images,
            published=published,
        )
    for name, md5 in zip(files.names, files.md5s, strict=True):
        path = folder / name
        if not md5 or not path.is_file():  # packed: gzip has compared its own checksum
            continue
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        if found.hexdigest() != md5:
            raise DataCorruptError(
                "{path} differs from the published file (by its md5).", path=path
            )


def _damaged(family: Family, root: Path, error: DataCorruptError) -> DataStatus:
    return _found(family, root, "damaged", error, fault=error.values.get("fault", error))


def _found(
    family: Family,
    root: Path,
    state: State,
    message: MlcoreError,
    train_images: int | None = None,
    test_images: int | None = None,
    *,
    fault: MlcoreError | None = None,
) -> DataStatus:
    return DataStatus(
        name=family.name,
        title=family.title,
        state=state,
        folder=None if family.bundled else data_folder(family, root),
        message=message,
        fault=fault,
        train_images=family.train_images if train_images is None else train_images,
        test_images=family.test_images if test_images is None else test_images,
        download_bytes=family.download_bytes,
    )
