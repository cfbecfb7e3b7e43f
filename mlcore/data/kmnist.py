"""Kuzushiji-MNIST: ten characters of old Japanese cursive."""

from __future__ import annotations

from mlcore.data.family import Download, Family, SplitFiles
from mlcore.words import N_

__all__ = ["FAMILIES"]

_MIRRORS = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)

FAMILIES = (
    Family(
        name="kmnist",
        title=N_("Kuzushiji-MNIST"),
        description=N_("Ten hiragana as they were written in Japanese books before 1900."),
        licence="CC BY-SA 4.0",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        train_images=60_000,
        test_images=10_000,
        folder="KMNIST/raw",
        train=SplitFiles(images="train-images-idx3-ubyte", labels="train-labels-idx1-ubyte"),
        test=SplitFiles(images="t10k-images-idx3-ubyte", labels="t10k-labels-idx1-ubyte"),
        downloads=(
            Download("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7", _MIRRORS),
            Download("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344", _MIRRORS),
            Download("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7", _MIRRORS),
            Download("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134", _MIRRORS),
        ),
        download_bytes=21_240_888,
    ),
)
