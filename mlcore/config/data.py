"""Settings of the data: which images, in what batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mlcore.config.setting import SettingsGroup
from mlcore.rules import Rule
from mlcore.words import N_

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
class DataConfig(SettingsGroup):
    """Which images, in what batches."""

    group: ClassVar[str] = "data"

    name: Annotated[DataName, Rule(N_("data set to train on"), label=N_("Data set"))] = "mnist"
    root: Annotated[
        str,
        Rule(
            N_("folder of the data sets; empty: the variable MLCORE_DATA, else ./data"),
            label=N_("Data folder"),
        ),
    ] = ""
    batch_size: Annotated[
        int,
        Rule(
            N_("images per step"),
            label=N_("Batch size"),
            low=1,
            high=60_000,
            slider=(1, 1024),
            log=True,
        ),
    ] = 64
    drop_last: Annotated[
        bool,
        Rule(N_("leave out an epoch's last batch when it is short"), label=N_("Drop short batch")),
    ] = False
    validation: Annotated[
        int,
        Rule(
            N_("images held out of the training set to validate on; 0: none, as in the tutorial"),
            label=N_("Validation images"),
            low=0,
            high=500_000,
            slider=(0, 10_000),
        ),
    ] = 0
    train_limit: Annotated[
        int,
        Rule(
            N_(
                "take this many images of the training set only, the first ones; the validation "
                "images are held out of them; 0: all"
            ),
            label=N_("Images taken, at most"),
            low=0,
            high=1_000_000,
            slider=(0, 60_000),
        ),
    ] = 0
    mean: Annotated[
        float,
        Rule(
            N_("subtracted from pixels in 0 to 1"),
            label=N_("Mean"),
            low=-10,
            high=10,
            slider=(0, 1),
        ),
    ] = 0.5
    std: Annotated[
        float,
        Rule(
            N_("pixels in 0 to 1 are divided by it after the mean is taken off"),
            label=N_("Standard deviation"),
            above=0,
            high=10,
            slider=(0.01, 1),
        ),
    ] = 0.5
    store: Annotated[
        Literal["float32", "uint8"],
        Rule(
            N_("how images lie in memory: float32 is faster, uint8 takes a quarter; same numbers"),
            label=N_("Images in memory as"),
        ),
    ] = "float32"
