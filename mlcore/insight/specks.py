"""Connected pieces of ink: what is too small to be writing, or only the edge of the paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pieces", "without_specks"]

_SPECK = 0.04  # of the largest piece's ink: a piece of less is dirt
_WRITING = 0.2  # of the largest piece's ink: from here on a piece may be the writing itself


def without_specks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The ink without small pieces, and without those at the rim where there is writing inside.

    Args:
        ink: (H, W), 0 where there is none.
    """
    labels, count = pieces(ink > 0)
    if not count:
        return ink
    mass = np.bincount(labels.ravel(), ink.ravel(), count + 1)  # (count + 1,)
    mass[0] = 0
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = np.ones(count + 1, bool)
    inside[rim] = False
    if not (mass[inside] >= _WRITING * mass.max()).any():
        inside[:] = True  # it is written up to the rim
    kept = inside & (mass >= _SPECK * (mass * inside).max())
    kept[0] = False
    return np.where(kept[labels], ink, 0).astype(np.uint8)


def pieces(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Number each connected piece, also over corners: (H, W) of 0 (none) to the count, the count.

    Runs of each row are joined to those that they touch in the row above, by union and find.
    """
    labels = np.zeros(mask.shape, np.int64)
    parent = [0]

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for row, line in enumerate(mask):
        steps = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]])))
        for start, end in steps.reshape(-1, 2):
            above = labels[row - 1, max(0, start - 1) : end + 1] if row else labels[:0, 0]
            touched = {root(int(label)) for label in above if label}
            label = min(touched) if touched else len(parent)
            if not touched:
                parent.append(label)
            for other in touched:
                parent[other] = label
            labels[row, start:end] = label
    roots = np.array([root(label) for label in range(len(parent))])
    found, numbers = np.unique(roots, return_inverse=True)
    return numbers[labels].astype(np.int64), len(found) - 1
