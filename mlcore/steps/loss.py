"""The loss at the end of the chain of layers, and its derivative, written out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["NegativeLogLikelihood"]


class NegativeLogLikelihood:
    """Mean of -log softmax(logits)[label] over the batch, and its gradient by the logits.

    The gradient by the log-probabilities is -1/B at each label and 0 elsewhere; through the
    log_softmax it becomes (softmax(logits) - one_hot(label)) / B.
    """

    def resize(self, batch: int, classes: int, dtype: torch.dtype) -> None:
        """Make room for batches of so many images."""
        self.log_probabilities = torch.empty(batch, classes, dtype=dtype)
        self.pull = torch.empty_like(self.log_probabilities)  # (B, C)
        self.d_logits = torch.empty_like(self.log_probabilities)  # (B, C)
        # A row for each label, (C, C).
        self.pulls = torch.zeros(classes, classes, dtype=dtype).fill_diagonal_(-1 / batch)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss `()` of logits `(B, C)` and labels `(B,)`."""
        self.labels = labels
        torch.log_softmax(logits, 1, out=self.log_probabilities)
        return F.nll_loss(self.log_probabilities, labels)

    def backward(self) -> Tensor:
        """The gradient by the logits, `(B, C)`."""
        torch.index_select(self.pulls, 0, self.labels, out=self.pull)
        return torch._log_softmax_backward_data(
            self.pull, self.log_probabilities, 1, self.pull.dtype, out=self.d_logits
        )
