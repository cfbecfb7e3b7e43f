"""What every part of the Test page is about: a checkpoint, and the images it is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.server import data_sets
from dashboard.server.evaluations import Tested
from dashboard.server.insights import Model
from mlcore.insight.answers import Answers
from mlcore.runs import RunInfo

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A checkpoint that was tested.

    Attributes:
        path: its file.
        run: the run that it is of; None for an uploaded file.
        data: name of the data set.
        root: folder of the data sets.
        assumed: "activation", "mean" and "std" where the file does not state them.
        untrusted: the file was uploaded.
        tested: what the test gave.
    """

    path: Path
    run: RunInfo | None
    data: str
    root: Path
    assumed: Mapping[str, Any]
    untrusted: bool
    tested: Tested

    @property
    def result(self) -> Mapping[str, Any]:
        """The figures: "evaluation", "classes", "data" and "warnings"."""
        return self.tested.result

    @property
    def answers(self) -> Answers:
        """What the model answers to each test image."""
        return self.tested.answers

    @property
    def name(self) -> str:
        """What files about it are called: run and step, or the name of the uploaded file."""
        return f"{self.run.id}-{self.path.stem}" if self.run else self.path.stem

    @property
    def images(self) -> NDArray[np.uint8]:
        """The test images, (N, 28, 28)."""
        return data_sets.images(self.data, self.root).test.images

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the model's outputs."""
        return tuple(self.result["classes"])

    @property
    def model(self) -> Model:
        """The checkpoint and its data, as short jobs are asked about them."""
        return Model(
            checkpoint=self.path,
            data=self.data,
            root=self.root,
            assumed=self.assumed,
            untrusted=self.untrusted,
        )
