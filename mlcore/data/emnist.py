"""EMNIST: handwritten digits and letters of NIST's Special Database 19, in three selections."""

from __future__ import annotations

import string

from mlcore.data.family import DIGITS, Download, Family, SplitFiles
from mlcore.words import N_

__all__ = ["FAMILIES"]

_SELECTIONS = ("digits", "letters", "balanced")
# Small letters that have a class of their own; the others count as the capital.
_OWN_SMALL_LETTERS = tuple("abdefghnqrt")


def _files(selection: str, part: str) -> SplitFiles:
    stem = f"emnist-{selection}-{part}"
    return SplitFiles(images=f"{stem}-images-idx3-ubyte", labels=f"{stem}-labels-idx1-ubyte")


# One archive holds all selections: fetching one leaves the others in the folder, still packed.
_ARCHIVE = Download(
    "gzip.zip",
    "58c8d27c78d21e728a6bc7b3cc06412e",
    ("https://biometrics.nist.gov/cs_links/EMNIST/",),
    members=tuple(
        f"gzip/{name}.gz"
        for selection in _SELECTIONS
        for part in ("train", "test")
        for name in _files(selection, part).names
    ),
)


def _family(
    selection: str,
    title: str,
    description: str,
    classes: tuple[str, ...],
    train_images: int,
    test_images: int,
    first_label: int = 0,
) -> Family:
    return Family(
        name=f"emnist_{selection}",
        title=title,
        description=description,
        licence="public domain (NIST)",
        classes=classes,
        train_images=train_images,
        test_images=test_images,
        folder="EMNIST/raw",
        train=_files(selection, "train"),
        test=_files(selection, "test"),
        downloads=(_ARCHIVE,),
        download_bytes=561_753_746,
        first_label=first_label,
        transposed=True,
    )


FAMILIES = (
    _family(
        "digits",
        N_("EMNIST digits"),
        N_("Four times as many digits as MNIST."),
        DIGITS,
        240_000,
        40_000,
    ),
    _family(
        "letters",
        N_("EMNIST letters"),
        N_("The 26 letters, capitals and small ones together."),
        tuple(string.ascii_uppercase),
        124_800,
        20_800,
        first_label=1,
    ),
    _family(
        "balanced",
        N_("EMNIST balanced"),
        N_("Digits, capitals and eleven small letters, equally many of each."),
        (*DIGITS, *string.ascii_uppercase, *_OWN_SMALL_LETTERS),
        112_800,
        18_800,
    ),
)
