"""Which pixels to add or take away so that the model answers something else.

A greedy search: at each step the gradient of the logit difference (wanted class less present
answer) says what each pixel that was not touched yet would gain if it were made black or white; the
one with the largest gain is, and the model is asked again. In the end each change that turns out
not to be needed is taken back, the last first. The result is small, but nobody proved that none is
smaller; that it changes the answer was asked of the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mlcore.data.tensors import normalise
from mlcore.model import MLP, evaluation_mode

__all__ = ["Flip", "PixelChange", "flip"]

BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True)
class PixelChange:
    """One pixel that is made black or white."""

    index: int  # row * 28 + column
    before: int  # 0 to 255
    after: int  # 0 or 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change of an image that changes the answer.

    Attributes:
        before: the model's answer to the image.
        after: its answer to the changed image.
        changes: the pixels, by index.
        probability: of `after`, for the changed image; 0 to 1.
    """

    before: int
    after: int
    changes: tuple[PixelChange, ...]
    probability: float


def flip(
    model: MLP, pixels: Tensor, mean: float, std: float, *, to: int | None = None
) -> Flip | None:
    """A small change of an image after which the model answers another class.

    Args:
        model: on the CPU.
        pixels: the image, uint8, `(784,)` or `(28, 28)`.
        mean: of the normalisation.
        std: of the same.
        to: the class to get; None: the nearest, that of the second largest logit, and any other
            answer on the way there will do.

    Returns:
        None where the model answers `to` already, or where the search found nothing.
    """
    start = pixels.reshape(-1)  # (784,)
    with evaluation_mode(model):
        logits = _logits(model, start, mean, std)
        before = int(logits.argmax())
        wanted = int(logits.topk(2).indices[1]) if to is None else to
        if wanted == before:
            return None
        image, touched = start.clone(), list[int]()
        while not _done(answer := _answer(model, image, mean, std), before, to):
            found = _best_change(model, image, touched, (answer, wanted), (mean, std))
            if found is None:
                return None
            index, value = found
            image[index] = value
            touched.append(index)
        _take_back(model, start, image, touched, before, to, (mean, std))
        after = _logits(model, image, mean, std)
    answer = int(after.argmax())
    changed = (image != start).nonzero()[:, 0].tolist()
    return Flip(
        before=before,
        after=answer,
        changes=tuple(PixelChange(i, int(start[i]), int(image[i])) for i in changed),
        probability=float(after.softmax(0)[answer]),
    )


def _done(answer: int, before: int, to: int | None) -> bool:
    return answer != before if to is None else answer == to


def _best_change(
    model: MLP, image: Tensor, touched: list[int], classes: tuple[int, int], by: tuple[float, float]
) -> tuple[int, int] | None:
    """The pixel that promises the most, and its new value; None where none promises anything."""
    present, wanted = classes
    points = normalise(image, *by).requires_grad_()  # (784,)
    with torch.enable_grad():
        logits = model.logits(points[None])[0]  # (C,)
        (slope,) = torch.autograd.grad(logits[wanted] - logits[present], points)  # (784,)
    values = image.float()
    gain = torch.where(slope > 0, slope * (WHITE - values), -slope * values)  # (784,)
    gain[touched] = 0.0
    index = int(gain.argmax())
    if float(gain[index]) <= 0:
        return None
    return index, WHITE if float(slope[index]) > 0 else BLACK


def _take_back(
    model: MLP,
    start: Tensor,
    image: Tensor,
    touched: list[int],
    before: int,
    to: int | None,
    by: tuple[float, float],
) -> None:
    """Undo, in `image`, each change without which the answer is another one all the same."""
    left, idle = touched, True
    while idle:  # without one change, others may be needed no more
        idle = False
        for index in reversed(left):
            value = image[index].clone()
            image[index] = start[index]
            if _done(_answer(model, image, *by), before, to):
                left, idle = [one for one in left if one != index], True
            else:
                image[index] = value


def _answer(model: MLP, image: Tensor, mean: float, std: float) -> int:
    return int(_logits(model, image, mean, std).argmax())


def _logits(model: MLP, image: Tensor, mean: float, std: float) -> Tensor:
    with torch.inference_mode():
        return model.logits(normalise(image, mean, std)[None])[0]  # (C,)
