"""Settings of the data: which images, in what batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.part import Part
from mlcore.rules import Rule

__all__ = ["PIXELS", "SIDE", "DataConfig", "DataName"]

SIDE = 28
"""Height and width of every image, in pixels."""

PIXELS = SIDE * SIDE
"""Pixels of every image: the inputs of a model."""

DataName = Literal[
    "mnist",
    "fashion_mnist",
    "kmnist",
    "emnist_digits",
    "emnist_letters",
    "emnist_balanced",
    "qmnist",
    "digits",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig(Part):
    """Which images, in what batches."""

    group: ClassVar[str] = "data"

    name: Annotated[DataName, Rule("data set to train on", label="Data set")] = "mnist"
    root: Annotated[
        str,
        Rule(
            "folder of the data sets; empty: the variable MLCORE_DATA, else ./data",
            label="Data folder",
        ),
    ] = ""
    batch_size: Annotated[
        int,
        Rule("images per step", label="Batch size", low=1, high=60_000, slider=(1, 1024), log=True),
    ] = 64
    drop_last: Annotated[
        bool, Rule("leave out an epoch's last batch when it is short", label="Drop short batch")
    ] = False
    validation: Annotated[
        int,
        Rule(
            "images held out of the training set to validate on; 0: none, as in the tutorial",
            label="Validation images",
            low=0,
            high=500_000,
            slider=(0, 10_000),
        ),
    ] = 0
    train_limit: Annotated[
        int,
        Rule(
            "train on this many images only, the first of the training set; 0: all",
            label="Training images, at most",
            low=0,
            high=1_000_000,
            slider=(0, 60_000),
        ),
    ] = 0
    mean: Annotated[
        float,
        Rule("subtracted from pixels in 0 to 1", label="Mean", low=-10, high=10, slider=(0, 1)),
    ] = 0.5
    std: Annotated[
        float,
        Rule(
            "pixels in 0 to 1 are divided by it after the mean is taken off",
            label="Standard deviation",
            above=0,
            high=10,
            slider=(0.01, 1),
        ),
    ] = 0.5
    store: Annotated[
        Literal["float32", "uint8"],
        Rule(
            "how images lie in memory: float32 is faster, uint8 takes a quarter; same numbers",
            label="Images in memory as",
        ),
    ] = "float32"
