"""The step as a CUDA graph: recorded once, then replayed with one launch instead of fifty.

On a GPU the kernels of a small MLP are shorter than the time Python takes to launch them, so an
epoch's time is launches. A graph replays the very kernels that autograd and the stock optimizer
launched while it was recorded, on memory that stays where it is.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, optim
from torch.nn.utils import clip_grad_norm_

from mlcore.model import MLP
from mlcore.optim import Optimizer
from mlcore.steps.autograd import Autograd
from mlcore.steps.updates import stock_step

__all__ = ["CudaGraph"]

WARM_STEPS = 3  # steps by autograd before recording: libraries set themselves up in them


class CudaGraph:
    """Replays forward and backward pass, and the update too where it is the same at every step.

    The first steps, and batches of another size (an epoch's short last one), are done by autograd.
    The update is part of the graph for SGD at a steady learning rate without clipping; Adam and
    the like count steps on the CPU, so theirs is the stock `optimizer.step()` after the replay.
    """

    name = "cuda_graph"

    def __init__(self, model: MLP, optimizer: Optimizer, clip_norm: float) -> None:
        self.model = model
        self.weights = list(model.parameters())
        self.eager = Autograd(model, optimizer, clip_norm)
        self.stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self.use(optimizer, clip_norm)

    def use(self, optimizer: Optimizer, clip_norm: float) -> None:
        """Continue with this optimizer and this clipping; 0.0: none."""
        self.optimizer, self.clip_norm = optimizer, clip_norm
        self.eager.use(optimizer, clip_norm)
        self._forget()

    def _forget(self) -> None:
        self.graph: torch.cuda.CUDAGraph | None = None
        self.size = self.warm = self.steady = 0
        self.rate = float("nan")

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        """One step on images `(B, 784)` and labels `(B,)`; returns the loss, unread."""
        self._watch_rate()
        if self.graph is None and len(labels) == self.size and self.warm >= WARM_STEPS:
            self._record(images, labels)
        if self.graph is None or len(labels) != self.size:
            return self._by_autograd(images, labels)
        self.images.copy_(images)  # (B, 784)
        self.labels.copy_(labels)  # (B,)
        self.graph.replay()
        if not self.whole:
            for weight, gradient in zip(self.weights, self.gradients, strict=True):
                weight.grad = gradient
            if self.clip_norm:
                clip_grad_norm_(self.weights, self.clip_norm)
            stock_step(self.optimizer)
        return self.loss.clone()  # the next replay overwrites it

    def _watch_rate(self) -> None:
        """A recorded update has its learning rate in it: forget the graph when that changes."""
        rate = self.optimizer.param_groups[0]["lr"]
        if rate == self.rate:
            self.steady += 1
            return
        if self.graph is not None and self.whole:
            self._forget()
        self.rate, self.steady = rate, 0

    def _by_autograd(self, images: Tensor, labels: Tensor) -> Tensor:
        """A step outside the graph, on a stream of its own as recording asks for."""
        if self.graph is None:
            self.warm = self.warm + 1 if len(labels) == self.size else 1
            self.size = len(labels)
        current = torch.cuda.current_stream()
        self.stream.wait_stream(current)
        with torch.cuda.stream(self.stream):
            loss = self.eager.step(images, labels)
        current.wait_stream(self.stream)
        return loss

    def _record(self, images: Tensor, labels: Tensor) -> None:
        """Record a step without doing it: kernels are noted, not run."""
        self.images, self.labels = images.clone(), labels.clone()
        self.whole = (
            type(self.optimizer) is optim.SGD and not self.clip_norm and self.steady >= WARM_STEPS
        )
        self.optimizer.zero_grad()  # the graph makes gradients of its own, in its own memory
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            outcome = self.model(self.images)  # (B, C)
            loss = F.nll_loss if self.model.log_probabilities else F.cross_entropy
            value = loss(outcome, self.labels)  # ()
            value.backward()  # type: ignore[no-untyped-call]
            if self.whole:
                stock_step(self.optimizer)
        self.loss = value.detach()
        self.gradients = [weight.grad for weight in self.weights]
