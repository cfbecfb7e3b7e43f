"""`load_raw`: a data set as bytes in memory, checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlcore.data.catalog import find_family
from mlcore.data.digits import read_bundled
from mlcore.data.family import Family, RawData, RawSplit, SplitFiles
from mlcore.data.fingerprint import fingerprint
from mlcore.data.idx import find_idx, read_idx, repair_advice, unequal_counts
from mlcore.errors import DataCorruptError, DataMissingError

__all__ = ["data_folder", "find_files", "load_raw"]


def load_raw(name: str, root: Path) -> RawData:
    """Read a data set into memory; unpacked files first, their `.gz` where only those are there.

    Args:
        name: as in the catalog.
        root: folder of the data sets; ignored for bundled ones.

    Raises:
        DataMissingError: a file is not there.
        DataCorruptError: a file is damaged; the message names it.
        SettingsError: the name is unknown.
    """
    family = find_family(name)
    if family.train is None or family.test is None:
        train, test = read_bundled()
    else:
        with repair_advice(name):
            train = _read_split(family, family.train, root)
            test = _read_split(family, family.test, root)
    return RawData(
        name=family.name,
        title=family.title,
        classes=family.classes,
        train=train,
        test=test,
        fingerprint=fingerprint(family.classes, train, test),
    )


def data_folder(family: Family, root: Path) -> Path:
    """Where the files of a data set lie: as torchvision lays them, or where they plainly are.

    `root` may also be the data set's own folder, or its `raw`; `raw` may be left out.
    """
    usual, own = root / family.folder, family.folder.partition("/")[0]
    places = [usual, root / own]
    if root.name == own:
        places += [root / "raw", root]
    if root.name == "raw" and root.parent.name == own:
        places.append(root)
    first = family.train.images if family.train else ""
    return next((place for place in places if find_idx(place, first)), usual)


def find_files(family: Family, files: SplitFiles, root: Path) -> list[Path]:
    """The image and the label file of a split, packed or not.

    Raises:
        DataMissingError: one of them is not there.
    """
    paths = []
    for name in files.names:
        path = find_idx(data_folder(family, root), name)
        if path is None:
            missing = f"{family.folder}/{name}"
            raise DataMissingError(
                "{title} is not in {root} ({file} is missing): run `mlcore data fetch {name}`, or "
                "use the bundled `digits`.",
                title=family.title,
                root=str(root),
                file=missing,
                name=family.name,
            )
        paths.append(path)
    return paths


def _read_split(family: Family, files: SplitFiles, root: Path) -> RawSplit:
    paths = find_files(family, files, root)
    images, labels = (read_idx(path, family.name) for path in paths)
    if images.ndim != 3 or images.dtype != np.uint8:
        raise DataCorruptError("{path} holds no images.", path=paths[0])
    if labels.ndim == 3:
        raise DataCorruptError("{path} holds no labels.", path=paths[1])
    if family.transposed:
        images = np.ascontiguousarray(images.transpose(0, 2, 1))
    # Where a label is a row of facts (QMNIST), the class is the first of them.
    labels = labels if labels.ndim == 1 else labels[:, 0]
    return RawSplit(images=images, labels=_check_labels(labels, len(images), paths[1], family))


def _check_labels(
    labels: NDArray[np.generic], images: int, path: Path, family: Family
) -> NDArray[np.int64]:
    if len(labels) != images:
        raise unequal_counts(path, len(labels), images)
    classes = labels.astype(np.int64) - family.first_label
    wrong = (classes < 0) | (classes >= len(family.classes))
    if wrong.any():
        index = int(wrong.argmax())
        raise DataCorruptError(
            "{path} holds the label {label} at image {index:,}, outside {first} to {last}.",
            path=path,
            label=int(labels[index]),
            index=index,
            first=family.first_label,
            last=family.first_label + len(family.classes) - 1,
        )
    return classes
