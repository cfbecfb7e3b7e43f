"""What every part of the Test page is about: a checkpoint, and the images it is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.server.insights import Model
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
        result: what the test gave: "evaluation", "classes", "data" and "warnings".
    """

    path: Path
    run: RunInfo | None
    data: str
    root: Path
    assumed: Mapping[str, Any]
    untrusted: bool
    result: Mapping[str, Any]

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
