"""Whether a checkpoint goes with a data set."""

from __future__ import annotations

from mlcore.checkpoint.format import Checkpoint
from mlcore.data.tensors import Dataset
from mlcore.errors import CheckpointError

__all__ = ["check_classes"]


def check_classes(found: Checkpoint, data: Dataset) -> None:
    """Make sure that a model has an output for each class.

    Raises:
        CheckpointError: it has more or fewer.
    """
    if found.outputs != len(data.classes):
        raise CheckpointError(
            f"The checkpoint tells {found.outputs} classes apart, but {data.title} has "
            f"{len(data.classes)}: choose the data set it was trained on."
        )
