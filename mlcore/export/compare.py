"""Whether an exported file answers as torch does, before it is handed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mlcore.errors import ExportError
from mlcore.export.pixels import PixelModel
from mlcore.words import NOT_FINITE

__all__ = ["TOLERANCE", "compare"]

TOLERANCE = 1e-4
"""Largest difference of an outcome to torch's, of the largest outcome of the image or of 1.

Two programs sum the same products in another order, so each rounds otherwise. Within it, both name
the same class unless torch's best two are as near to each other.
"""

_BATCH = 1000  # images of one forward pass


def compare(
    title: str, answer: Callable[[Tensor], Tensor], pixels: PixelModel, images: Tensor
) -> dict[str, Any]:
    """Ask the file and the model about the same images: the first alone, the others in batches.

    Args:
        title: what the file is called in an error.
        answer: the file's outcomes `(B, classes)` for pixels `(B, 1, 28, 28)`.
        pixels: the model it was made from.
        images: `(N, 1, 28, 28)`.

    Returns:
        "images", how many; "largest_difference" of an outcome; "same_class", how many got the
        same class from both.

    Raises:
        ExportError: they differ by more than `TOLERANCE`, or the model itself overflows.
    """
    largest, worst, same = 0.0, 0.0, 0
    starts = [0, *range(1, len(images), _BATCH)]
    for start, stop in zip(starts, [*starts[1:], len(images)], strict=True):
        batch = images[start:stop]
        with torch.inference_mode():
            ours, theirs = pixels(batch), answer(batch)  # (B, classes)
        if not bool(ours.isfinite().all()):
            raise ExportError(NOT_FINITE)
        apart = (theirs - ours).abs()  # (B, classes)
        size = ours.abs().amax(1, keepdim=True).clamp(min=1)  # (B, 1)
        largest = max(largest, _largest(apart))
        worst = max(worst, _largest(apart / size))
        same += int((theirs.argmax(1) == ours.argmax(1)).sum())
    if worst > TOLERANCE:
        raise ExportError(
            "The {title} file differs from torch by up to {largest:.3g} on {images:,} "
            "images, more than rounding explains: nothing was written.",
            title=title,
            largest=largest,
            images=len(images),
        )
    return {"images": len(images), "largest_difference": largest, "same_class": same}


def _largest(apart: Tensor) -> float:
    """The largest number; infinity where one is NaN."""
    return float(apart.nan_to_num(nan=torch.inf).max())
