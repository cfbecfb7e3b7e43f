"""The layers of an MLP, each with its forward pass and, written out, its derivative.

`backward` turns the gradient of the loss by a layer's output, dy, into the gradient by its input,
dx, and fills in the gradients of its weights on the way: the chain rule, one factor a layer. The
operations are those that autograd runs for the same layer, so the numbers are the same to the last
bit; only recording a graph and traversing it are left out.

Results are written into memory that a layer keeps (`resize` makes room), or over a number that
nobody needs any more. Fresh memory costs more than the arithmetic of the small layers, and pushes
the weights out of the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import torch
from torch import Tensor, nn

from mlcore.model import MLP

__all__ = ["DERIVATIVES", "Layer", "layers_of"]

aten = torch.ops.aten


class Layer(Protocol):
    """One factor of the chain rule."""

    def resize(self, batch: int) -> None:
        """Make room for the results of batches of so many images."""
        ...

    def forward(self, x: Tensor) -> Tensor:
        """The output y for an input x, `(B, width)`; keeps what `backward` needs.

        Numbers that are not needed any more may be overwritten: x is not usable afterwards,
        unless it is the images.
        """
        ...

    def backward(self, dy: Tensor) -> Tensor:
        """The gradient dx by the input, `(B, width)`, from that by the output.

        It may be written over dy. Each call of the same size is given the same tensor.
        """
        ...


class Linear:
    """y = x Wᵀ + b.  ∂b = Σ dy over the batch,  ∂W = dyᵀ x,  dx = dy W."""

    def __init__(self, module: nn.Linear, first: bool) -> None:
        self.weight, self.bias = module.weight.detach(), module.bias.detach()  # (O, I), (O,)
        self.weight_t = self.weight.t()  # (I, O), a view: follows every update
        self.d_weight, self.d_bias = _gradient(module.weight), _gradient(module.bias)
        self.first = first  # the gradient by the images is not needed

    def resize(self, batch: int) -> None:
        outputs, inputs = self.weight.shape
        self.y = self.weight.new_empty(batch, outputs)
        self.dx = self.weight.new_empty(batch, 0 if self.first else inputs)
        self.dy = self.dy_t = self.y  # until the first `backward`

    def forward(self, x: Tensor) -> Tensor:
        self.x = x  # (B, I)
        return torch.addmm(self.bias, x, self.weight_t, out=self.y)  # (B, O)

    def backward(self, dy: Tensor) -> Tensor:
        if self.dy is not dy:
            self.dy, self.dy_t = dy, dy.t()
        torch.sum(dy, 0, out=self.d_bias)  # (O,)
        torch.mm(self.dy_t, self.x, out=self.d_weight)  # (O, I)
        if self.first:
            return dy
        if self.x.numel() == 1:  # one image and one unit count as column-major too, as in autograd
            return torch.mm(self.weight_t, self.dy_t).t()  # (1, 1); the sum may round otherwise
        return torch.mm(dy, self.weight, out=self.dx)  # (B, I)


class BatchNorm:
    """y = γ (x - μ) / √(σ² + ε) + β, with mean μ and variance σ² of each unit over the batch.

    With z = (x - μ) / √(σ² + ε):  ∂γ = Σ dy z,  ∂β = Σ dy,
    dx = γ / √(σ² + ε) · (dy - mean(dy) - z · mean(dy z)).
    """

    def __init__(self, module: nn.BatchNorm1d) -> None:
        self.module = module
        self.gamma, self.beta = module.weight.detach(), module.bias.detach()  # (I,) each
        self.d_gamma, self.d_beta = _gradient(module.weight), _gradient(module.bias)

    def resize(self, batch: int) -> None:
        """Nothing to do: torch's batch normalisation takes fresh memory."""

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

    def __init__(self, name: str, width: int, dtype: torch.dtype) -> None:
        self.name, self.width, self.dtype = name, width, dtype
        self.function, self.derivative = _INTO[name], DERIVATIVES[name]

    def resize(self, batch: int) -> None:
        kept = self.name not in _OVERWRITES
        self.kept = torch.empty(batch, self.width, dtype=self.dtype) if kept else None

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        self.y = x if self.kept is None else self.kept  # (B, I)
        self.function(x, out=self.y)
        return self.y

    def backward(self, dy: Tensor) -> Tensor:
        return self.derivative(dy, self.x, self.y)  # (B, I)


class Dropout:
    """y = x · m, with m = 0 at chance p and 1 / (1 - p) otherwise.  dx = dy · m."""

    def __init__(self, chance: float, width: int, dtype: torch.dtype) -> None:
        self.keep, self.width, self.dtype = 1 - chance, width, dtype

    def resize(self, batch: int) -> None:
        self.mask = torch.empty(batch, self.width, dtype=self.dtype)  # (B, I)
        self.y = torch.empty_like(self.mask)

    def forward(self, x: Tensor) -> Tensor:
        # The global random state gives as many numbers, in the same order, as F.dropout takes.
        self.mask.bernoulli_(self.keep).div_(self.keep)
        return torch.mul(x, self.mask, out=self.y)

    def backward(self, dy: Tensor) -> Tensor:
        return torch.mul(dy, self.mask, out=dy)  # (B, I)


_INTO: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {
        "relu": aten.relu.out,
        "leaky_relu": aten.leaky_relu.out,
        "gelu": aten.gelu.out,
        "silu": aten.silu.out,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
)
"""Name of an activation → `mlcore.model.ACTIVATIONS`' function, which takes `out` here."""

_OVERWRITES = frozenset({"relu", "tanh", "sigmoid"})
"""Activations whose derivative needs the output only: it is written over the input."""

DERIVATIVES: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = MappingProxyType(
    {
        # dy where y > 0
        "relu": lambda dy, _, y: aten.threshold_backward.grad_input(dy, y, 0, grad_input=dy),
        "leaky_relu": lambda dy, x, _: aten.leaky_relu_backward.grad_input(
            dy, x, 0.01, False, grad_input=dy
        ),
        # dy · (Φ(x) + x φ(x))
        "gelu": lambda dy, x, _: aten.gelu_backward.grad_input(dy, x, grad_input=dy),
        # dy · σ(x) (1 + x (1 - σ(x)))
        "silu": lambda dy, x, _: aten.silu_backward.grad_input(dy, x, grad_input=dy),
        # dy · (1 - y²)
        "tanh": lambda dy, _, y: aten.tanh_backward.grad_input(dy, y, grad_input=dy),
        # dy · y (1 - y)
        "sigmoid": lambda dy, _, y: aten.sigmoid_backward.grad_input(dy, y, grad_input=dy),
    }
)
"""Name of an activation → dx from dy, the input x and the output y, written over dy."""


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
        width = linear.out_features
        layers.append(Activation(model.config.activation, width, model.dtype))
        if model.config.dropout:
            layers.append(Dropout(model.config.dropout, width, model.dtype))
    return layers


def _gradient(weight: Tensor) -> Tensor:
    """The tensor that a weight's gradient is written to at every step; also `weight.grad`."""
    weight.grad = torch.zeros_like(weight)
    return weight.grad
