"""What every part of the Test page is about: a checkpoint, and the images it is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.panels.checkpoint_choice import Choice
from dashboard.server import data_sets
from dashboard.server.evaluations import Tested, evaluated
from dashboard.server.insights import Model
from mlcore.insight.answers import Answers

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A checkpoint that was tested.

    Attributes:
        choice: the checkpoint, of a run or uploaded.
        data: name of the data set.
        root: folder of the data sets.
        tested: what the test gave.
    """

    choice: Choice
    data: str
    root: Path
    tested: Tested

    @classmethod
    def test(cls, choice: Choice, data: str, root: Path) -> Subject:
        """Test a checkpoint on the images of a data set.

        Raises:
            MlcoreError: the file is gone or refused, the data are not there, or the job died.
        """
        tested = evaluated(choice.path, data, root, choice.assumed, untrusted=choice.untrusted)
        return cls(choice=choice, data=data, root=root, tested=tested)

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
        return self.choice.file_name

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
        return self.choice.model(self.data, self.root)
