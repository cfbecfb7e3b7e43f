"""The step by several processes: each takes a part of the batch, and gradients are averaged."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import clip_grad_norm_

from mlcore.model import MLP, Dropout
from mlcore.optim import Optimizer
from mlcore.parallel.crew import Crew
from mlcore.steps.updates import stock_step

__all__ = ["DataParallel"]


class DataParallel:
    """Autograd's step on a part of the batch, beside the other processes.

    `DistributedDataParallel` averages the gradients of all processes, whether their parts are as
    large or not. So each sums the losses of its part and multiplies by processes / images of the
    whole batch: the average is then the gradient of the mean over the whole batch. A process
    without an image adds zeros.

    Dropout draws the mask of the whole batch in every process, from the same random numbers, and
    uses its rows: on the CPU those of one process, on GPUs others.
    """

    name = "data_parallel"

    def __init__(self, model: MLP, optimizer: Optimizer, clip_norm: float, crew: Crew) -> None:
        self.model, self.crew = model, crew
        with crew.watched():
            self.parallel = DistributedDataParallel(_Rows(model))
        self.use(optimizer, clip_norm)

    def use(self, optimizer: Optimizer, clip_norm: float) -> None:
        """Continue with this optimizer and this clipping; 0.0: none."""
        self.optimizer, self.clip_norm = optimizer, clip_norm

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step on the whole batch `(B, 784)` and `(B,)`; returns its mean loss, unread."""
        count, ranks = len(labels), self.crew.ranks
        part = ranks.part(count)
        self.optimizer.zero_grad()
        loss = F.nll_loss if self.model.log_probabilities else F.cross_entropy
        with self.crew.watched():
            outcome = self.parallel(images[part], part, count)  # (b, C)
            total = loss(outcome, labels[part], reduction="sum")  # ()
            (total * (ranks.size / count)).backward()  # type: ignore[no-untyped-call]
        if self.clip_norm:
            clip_grad_norm_(self.model.parameters(), self.clip_norm)
        stock_step(self.optimizer)
        return self.crew.add(total.detach() / count)


class _Rows(nn.Module):
    """The model on some rows of a batch, as it would be on the whole of it."""

    def __init__(self, model: MLP) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor, part: slice, count: int) -> Tensor:
        """The outcome `(b, C)` of the rows `part` of a batch of `count` images."""
        return self.model.outcome(self.model.logits(images, _dropper(part, count)))


def _dropper(part: slice, count: int) -> Dropout:
    """`F.dropout` for some rows of a batch."""

    def dropped(hidden: Tensor, chance: float, training: bool) -> Tensor:
        if not training:
            return hidden
        mask = hidden.new_empty(count, hidden.shape[1])  # (B, width)
        mask.bernoulli_(1 - chance).div_(1 - chance)
        return hidden * mask[part]  # (b, width)

    return dropped
