"""The last hidden layer in two dimensions: principal components at once, t-SNE on demand."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.errors import JobError

__all__ = ["MOST_POINTS", "Projection", "along", "principal_components", "tsne"]

MOST_POINTS = 2_000
"""Images that are projected, the first of a split: more would hide each other."""

_ITERATIONS = 1_000
_SAID = re.compile(r"Iteration (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """Points in the plane.

    Attributes:
        xy: `(N, 2)` float64.
        explained: share of the variance on each axis, 0 to 1.
    """

    xy: Tensor
    explained: tuple[float, float]


def principal_components(points: Tensor, labels: Tensor) -> Projection:
    """The two first principal components of points, centred.

    A component's sign is free. Here each axis points to where the labels grow: the covariance of
    its coordinates with the labels is not negative. Epochs next to each other so keep their sides
    as long as that covariance is clear; `along` settles the rest.

    Args:
        points: `(N, width)`.
        labels: `(N,)`.
    """
    centred = points.double() - points.double().mean(0)  # (N, width)
    count, width = centred.shape
    if width <= count:
        values, vectors = torch.linalg.eigh(centred.T @ centred)  # (width,), (width, width)
        axes = vectors.flip(1)[:, :2]  # (width, ≤ 2)
        xy = centred @ axes
    else:  # the same from the smaller matrix of inner products
        values, vectors = torch.linalg.eigh(centred @ centred.T)  # (N,), (N, N)
        xy = vectors.flip(1)[:, :2] * values.flip(0)[:2].clamp(min=0).sqrt()
    if xy.shape[1] < 2:
        xy = torch.cat([xy, torch.zeros(count, 1, dtype=xy.dtype)], 1)
    lean = labels.double() - labels.double().mean()  # (N,)
    xy = xy * torch.where(lean @ xy < 0, -1.0, 1.0)
    total = float(centred.square().sum())
    shares = xy.square().sum(0) / total if total > 0 else torch.zeros(2)
    return Projection(xy=xy, explained=(float(shares[0]), float(shares[1])))


def along(xy: NDArray[np.float32], neighbour: NDArray[np.float32]) -> NDArray[np.float32]:
    """A projection turned so that no axis is mirrored against that of a neighbouring epoch.

    Args:
        xy: `(N, 2)`.
        neighbour: `(N, 2)`, the same images.
    """
    return xy * np.where((xy * neighbour).sum(0) < 0, -1, 1).astype(xy.dtype)


def tsne(
    points: NDArray[np.float32], report: Callable[[int, int], None], *, seed: int = 0
) -> NDArray[np.float32]:
    """t-SNE (van der Maaten and Hinton, 2008) by scikit-learn, begun from the principal components.

    Args:
        points: `(N, width)`, `MOST_POINTS` at most.
        report: called with iterations done and all of them, now and then.
        seed: of its random numbers.

    Returns:
        `(N, 2)`.

    Raises:
        JobError: scikit-learn is not installed.
    """
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise JobError(
            "t-SNE needs scikit-learn, which is not installed here: `pip install scikit-learn`, "
            "then ask again."
        ) from error
    report(0, _ITERATIONS)
    few = min(30.0, max(1.0, (len(points) - 1) / 3))  # neighbours that a point is drawn to
    method = TSNE(perplexity=few, init="pca", max_iter=_ITERATIONS, random_state=seed, verbose=2)
    with contextlib.redirect_stdout(_Listener(report)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: NDArray[np.float32] = method.fit_transform(points[:MOST_POINTS])
    report(_ITERATIONS, _ITERATIONS)
    return found


class _Listener(io.TextIOBase):
    """Takes what scikit-learn prints of its progress, and reports the iteration in it."""

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self._report = report

    def write(self, text: str) -> int:
        if found := _SAID.search(text):
            self._report(int(found[1]), _ITERATIONS)
        return len(text)
