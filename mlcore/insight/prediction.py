"""What a checkpoint's model makes of images that are no part of a data set."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from mlcore.checkpoint import Checkpoint, build_model
from mlcore.data.tensors import normalise
from mlcore.errors import CheckpointError
from mlcore.words import NOT_FINITE

__all__ = ["predict"]


def predict(found: Checkpoint, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Probabilities of each class for each image, all images in one forward pass.

    Args:
        found: the checkpoint; its normalisation is what the images get.
        images: (N, 28, 28), white on black.

    Returns:
        (N, C), each row sums to 1.

    Raises:
        CheckpointError: the model's activation is not here, or its answers are not finite.
    """
    found.check_certain()
    model = build_model(found).eval()
    pixels = torch.from_numpy(images.reshape(len(images), -1).copy())  # (N, 784)
    with torch.inference_mode():
        logits = model.logits(normalise(pixels, found.mean, found.std))  # (N, C)
        chances = F.softmax(logits.double(), dim=1).numpy()
    if not np.isfinite(chances).all():
        raise CheckpointError(NOT_FINITE)
    return np.asarray(chances, np.float64)
