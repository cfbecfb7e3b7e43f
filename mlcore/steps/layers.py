"""The layers of an MLP, each with its forward pass and, written out, its derivative.

`backward` turns the gradient of the loss by a layer's output, dy, into the gradient by its input,
dx, and fills in the gradients of its weights on the way: the chain rule, one factor a layer. The
operations are those that autograd runs for the same layer, so the numbers are the same to the last
bit; only recording a graph and traversing it are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mlcore.model import ACTIVATIONS, MLP

__all__ = ["DERIVATIVES", "Layer", "layers_of", "nll"]

aten = torch.ops.aten


class Layer(Protocol):
    """One factor of the chain rule."""

    def forward(self, x: Tensor) -> Tensor:
        """The output y for an input x, `(B, width)`; keeps what `backward` needs."""
        ...

    def backward(self, dy: Tensor) -> Tensor:
        """The gradient dx by the input, `(B, width)`, from that by the output."""
        ...


class Linear:
    """y = x Wᵀ + b.  ∂b = Σ dy over the batch,  ∂W = dyᵀ x,  dx = dy W."""

    def __init__(self, module: nn.Linear, first: bool) -> None:
        self.weight, self.bias = module.weight.detach(), module.bias.detach()  # (O, I), (O,)
        self.weight_t = self.weight.t()  # (I, O), a view: follows every update
        self.d_weight, self.d_bias = _gradient(module.weight), _gradient(module.bias)
        self.first = first  # the gradient by the images is not needed

    def forward(self, x: Tensor) -> Tensor:
        self.x = x  # (B, I)
        return torch.addmm(self.bias, x, self.weight_t)  # (B, O)

    def backward(self, dy: Tensor) -> Tensor:
        torch.sum(dy, 0, out=self.d_bias)  # (O,)
        torch.mm(dy.t(), self.x, out=self.d_weight)  # (O, I)
        if self.first:
            return dy
        if self.x.numel() == 1:  # one image and one unit count as column-major too, as in autograd
            return torch.mm(self.weight_t, dy.t()).t()  # (1, 1); the sum may round otherwise
        return torch.mm(dy, self.weight)  # (B, I)


class BatchNorm:
    """y = γ (x - μ) / √(σ² + ε) + β, with mean μ and variance σ² of each unit over the batch.

    With z = (x - μ) / √(σ² + ε):  ∂γ = Σ dy z,  ∂β = Σ dy,
    dx = γ / √(σ² + ε) · (dy - mean(dy) - z · mean(dy z)).
    """

    def __init__(self, module: nn.BatchNorm1d) -> None:
        self.module = module
        self.gamma, self.beta = module.weight.detach(), module.bias.detach()  # (I,) each
        self.d_gamma, self.d_beta = _gradient(module.weight), _gradient(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        self.x, module = x, self.module
        module.num_batches_tracked.add_(1)  # type: ignore[union-attr]
        y, self.mean, self.scale = torch.native_batch_norm(
            x,
            self.gamma,
            self.beta,
            module.running_mean,
            module.running_var,
            True,
            module.momentum or 0.0,
            module.eps,
        )
        return y  # (B, I)

    def backward(self, dy: Tensor) -> Tensor:
        module = self.module
        dx: Tensor
        dx, d_gamma, d_beta = aten.native_batch_norm_backward.default(
            dy,
            self.x,
            self.gamma,
            module.running_mean,
            module.running_var,
            self.mean,
            self.scale,
            True,
            module.eps,
            [True, True, True],
        )
        self.d_gamma.copy_(d_gamma)
        self.d_beta.copy_(d_beta)
        return dx  # (B, I)


class Activation:
    """y = f(x), each number for itself.  dx = dy · f′(x)."""

    def __init__(self, name: str) -> None:
        self.function, self.derivative = ACTIVATIONS[name], DERIVATIVES[name]

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        self.y = self.function(x)  # (B, I)
        return self.y

    def backward(self, dy: Tensor) -> Tensor:
        return self.derivative(dy, self.x, self.y)  # (B, I)


class Dropout:
    """y = x · m, with m = 0 at chance p and 1 / (1 - p) otherwise.  dx = dy · m."""

    def __init__(self, chance: float) -> None:
        self.keep = 1 - chance

    def forward(self, x: Tensor) -> Tensor:
        # The global random state gives as many numbers, in the same order, as F.dropout takes.
        self.mask = torch.empty_like(x).bernoulli_(self.keep).div_(self.keep)  # (B, I)
        return x * self.mask

    def backward(self, dy: Tensor) -> Tensor:
        return dy * self.mask  # (B, I)


DERIVATIVES: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        "relu": lambda dy, _, y: aten.threshold_backward.default(dy, y, 0),  # dy where y > 0
        "leaky_relu": lambda dy, x, _: aten.leaky_relu_backward.default(dy, x, 0.01, False),
        "gelu": lambda dy, x, _: aten.gelu_backward.default(dy, x),  # dy · (Φ(x) + x φ(x))
        "silu": lambda dy, x, _: aten.silu_backward.default(dy, x),  # dy · σ(x) (1 + x (1 - σ(x)))
        "tanh": lambda dy, _, y: aten.tanh_backward.default(dy, y),  # dy · (1 - y²)
        "sigmoid": lambda dy, _, y: aten.sigmoid_backward.default(dy, y),  # dy · y (1 - y)
    }
)
"""Name of an activation → dx from dy, the input x and the output y."""


def nll(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of -log softmax(logits)[label] over the batch, and its gradient by the logits.

    The gradient by the log-probabilities is -1/B at each label and 0 elsewhere; through the
    log_softmax it becomes (softmax(logits) - one_hot(label)) / B.

    Args:
        logits: `(B, C)`.
        labels: `(B,)`.

    Returns:
        The loss `()` and the gradient `(B, C)`.
    """
    log_probabilities = torch.log_softmax(logits, 1)  # (B, C)
    loss = F.nll_loss(log_probabilities, labels)  # ()
    pull = torch.zeros_like(logits).scatter_(1, labels.unsqueeze(1), -1 / len(labels))  # (B, C)
    return loss, torch._log_softmax_backward_data(pull, log_probabilities, 1, logits.dtype)


def layers_of(model: MLP) -> list[Layer]:
    """The model as a chain of layers, from the images to the logits."""
    layers: list[Layer] = []
    norms = model.norms
    for number, linear in enumerate(model.linears):
        layers.append(Linear(linear, first=number == 0))
        if number == len(model.config.hidden):
            break  # the logits
        if norms:
            layers.append(BatchNorm(norms[number]))
        layers.append(Activation(model.config.activation))
        if model.config.dropout:
            layers.append(Dropout(model.config.dropout))
    return layers


def _gradient(weight: Tensor) -> Tensor:
    """The tensor that a weight's gradient is written to at every step; also `weight.grad`."""
    weight.grad = torch.zeros_like(weight)
    return weight.grad
