"""Small tensors moved side by side, so that one call updates them all.

To the processor the biases and small weights of an MLP are a few microseconds' work, to torch each
is a call: with Adam they cost as much as the first layer's hundred thousand numbers. Moved into
one piece of memory they are one tensor to the update, and the same tensors to everybody else.

The numbers stay the same to the last bit: what is packed is updated number by number, and each
keeps its place in torch's loop. That loop takes whole vectors, then the rest one by one, and may
round differently in the rest. So only tensors without a rest are packed, one with a rest may end
the piece, and no piece is so large that torch divides it among threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["Packing", "move_together"]

_VECTORS = 64  # numbers; a multiple of what the loop takes at once on any processor (16 or 32)
_SERIAL = 32_768  # numbers from which torch divides a loop among threads (ATen, GRAIN_SIZE)


class Packing:
    """Which of a model's tensors lie together; the same for weights, gradients and averages."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """Decide by how many numbers there are in each tensor."""
        self.pieces: list[list[int]] = []
        room = 0  # in the last piece
        for number in sorted(range(len(sizes)), key=lambda n: bool(sizes[n] % _VECTORS)):
            if sizes[number] >= room:
                self.pieces.append([])
                room = _SERIAL
            self.pieces[-1].append(number)
            room = 0 if sizes[number] % _VECTORS else room - sizes[number]

    def move(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Move tensors together; the pieces, flat where several lie in one.

        Args:
            tensors: one for each of the sizes, contiguous, on the CPU. Each stays the object that
                it is, but views that were taken of it before do not follow it.
        """
        return [move_together([tensors[number] for number in piece]) for piece in self.pieces]


def move_together(tensors: Sequence[Tensor]) -> Tensor:
    """One flat tensor of all numbers, of which the tensors become views; one alone stays itself."""
    if len(tensors) == 1:
        return tensors[0].detach()
    flat = torch.cat([tensor.detach().reshape(-1) for tensor in tensors])
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.data = part.view_as(tensor)
    return flat
