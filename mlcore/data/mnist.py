"""MNIST: the handwritten digits that every tutorial starts with."""

from __future__ import annotations

from mlcore.data.family import DIGITS, Download, Family, SplitFiles
from mlcore.words import N_

__all__ = ["FAMILIES"]

_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)

FAMILIES = (
    Family(
        name="mnist",
        title=N_("MNIST"),
        description=N_("Handwritten digits by 500 American clerks and pupils."),
        licence="CC BY-SA 3.0",
        classes=DIGITS,
        train_images=60_000,
        test_images=10_000,
        folder="MNIST/raw",
        train=SplitFiles(
            images="train-images-idx3-ubyte",
            labels="train-labels-idx1-ubyte",
            images_md5="6bbc9ace898e44ae57da46a324031adb",
            labels_md5="a25bea736e30d166cdddb491f175f624",
        ),
        test=SplitFiles(
            images="t10k-images-idx3-ubyte",
            labels="t10k-labels-idx1-ubyte",
            images_md5="2646ac647ad5339dbf082846283269ea",
            labels_md5="27ae3e4e09519cfbb04c329615203637",
        ),
        downloads=(
            Download("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", _MIRRORS),
            Download("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", _MIRRORS),
            Download("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", _MIRRORS),
            Download("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", _MIRRORS),
        ),
        download_bytes=11_594_722,
    ),
)
