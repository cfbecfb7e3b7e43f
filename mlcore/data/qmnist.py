"""QMNIST: MNIST rebuilt from its source, with all 60,000 test images that were ever made."""

from __future__ import annotations

from mlcore.data.family import DIGITS, Download, Family, SplitFiles
from mlcore.words import N_

__all__ = ["FAMILIES"]

_MIRRORS = ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",)

FAMILIES = (
    Family(
        name="qmnist",
        title=N_("QMNIST"),
        description=N_("MNIST rebuilt from its source, with six times as many test images."),
        licence="BSD 3-Clause",
        classes=DIGITS,
        train_images=60_000,
        test_images=60_000,
        folder="QMNIST/raw",
        # Each label is a row of eight facts (class, series, writer, …).
        train=SplitFiles(
            images="qmnist-train-images-idx3-ubyte", labels="qmnist-train-labels-idx2-int"
        ),
        test=SplitFiles(
            images="qmnist-test-images-idx3-ubyte", labels="qmnist-test-labels-idx2-int"
        ),
        downloads=tuple(
            Download(f"qmnist-{file}.gz", md5, _MIRRORS)
            for file, md5 in (
                ("train-images-idx3-ubyte", "ed72d4157d28c017586c42bc6afe6370"),
                ("train-labels-idx2-int", "0058f8dd561b90ffdd0f734c6a30e5e4"),
                ("test-images-idx3-ubyte", "1394631089c404de565df7b7aeaf9412"),
                ("test-labels-idx2-int", "5b5b05890a5e13444e108efe57b788aa"),
            )
        ),
        download_bytes=20_436_162,
    ),
)
