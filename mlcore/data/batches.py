"""Batches in exactly the order that `DataLoader(shuffle=True)` draws, without a `DataLoader`.

What a `DataLoader` takes from torch's global random state, once per epoch and in this order
(torch/utils/data/dataloader.py and sampler.py): a base seed for workers, when its iterator is
made, and with the first batch the seed of the generator that `RandomSampler` permutes with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from mlcore.data.tensors import Split

__all__ = ["batch_bounds", "draw_epoch_seed", "epoch_order", "iterate", "steps_per_epoch"]

_ROWS = 512  # images gathered at a time, see `iterate`


def draw_epoch_seed() -> int:
    """Draw an epoch's seed from the global random state, leaving it as a `DataLoader` would."""
    torch.empty((), dtype=torch.int64).random_()  # the base seed for workers, unused without them
    return int(torch.empty((), dtype=torch.int64).random_().item())


def epoch_order(seed: int, count: int) -> Tensor:
    """The permutation (count,) int64 in which an epoch of that seed visits the images."""
    generator = torch.Generator()
    generator.manual_seed(seed)
    return torch.randperm(count, generator=generator)


def steps_per_epoch(count: int, batch_size: int, drop_last: bool) -> int:
    """How many batches an epoch over `count` images has."""
    return count // batch_size if drop_last else -(-count // batch_size)


def batch_bounds(count: int, batch_size: int, drop_last: bool, start: int = 0) -> list[range]:
    """The range of positions in the order that each batch takes, from `start` on.

    >>> batch_bounds(10, 4, drop_last=False)
    [range(0, 4), range(4, 8), range(8, 10)]
    """
    steps = steps_per_epoch(count - start, batch_size, drop_last)
    begins = range(start, start + steps * batch_size, batch_size)
    return [range(begin, min(begin + batch_size, count)) for begin in begins]


def iterate(
    split: Split,
    order: Tensor,
    batch_size: int,
    *,
    drop_last: bool = False,
    start: int = 0,
    prepare: Callable[[Tensor], Tensor] | None = None,
    reuse: bool = False,
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of an epoch: images (B, 784) and labels (B,), contiguous, on the split's device.

    Images are gathered some 512 at a time and handed out in slices: per epoch of 60,000 images on
    one core that took 26 ms at batch size 64 and 37 ms at 16; a gather per batch took 27 ms and
    47 ms; gathering 4,096 at a time 94 ms and the whole epoch at once 130 ms (fresh memory, and
    188 MB more of it); plain `images[index]` 64 ms. A slice of 784 floats or bytes starts
    where a batch of its own would be aligned, so the numbers that follow are the same to the bit.

    Args:
        split: the images and labels.
        order: the epoch's permutation, from `epoch_order`.
        batch_size: images per batch; the last one may be short.
        drop_last: leave a short last batch out.
        start: position in the order to begin at (images already seen in this epoch).
        prepare: applied to gathered images; `Dataset.inputs` for splits that are kept as bytes.
        reuse: gather into the same memory again and again, which is several times as fast. A
            batch's images are then good until the next batch is taken.
    """
    bounds = batch_bounds(len(order), batch_size, drop_last, start)
    order = order.to(split.images.device)  # one copy per epoch
    labels = split.labels.index_select(0, order)  # (N,)
    at_once = max(1, _ROWS // batch_size)
    kept = split.images.new_empty(0)  # (≤512, 784) once it was used
    for first in range(0, len(bounds), at_once):
        group = bounds[first : first + at_once]
        begin = group[0].start
        rows = order[begin : group[-1].stop]
        if len(rows) != len(kept) or not reuse:
            kept = split.images.new_empty(len(rows), *split.images.shape[1:])
        images = torch.index_select(split.images, 0, rows, out=kept)
        if prepare is not None:
            images = prepare(images)
        for bound in group:
            yield (
                images[bound.start - begin : bound.stop - begin],
                labels[bound.start : bound.stop],
            )
