"""What stock optimizers do to the weights, written out for all weights at once.

On the CPU `torch.optim` updates one weight tensor after another, with about twenty calls from
Python each. A `torch._foreach_…` operation does the same arithmetic for a whole list in one call,
so the numbers are the same to the last bit; small tensors lie packed in one. What an optimizer
remembers (momentum, averages) stays in the stock optimizer's own state, where checkpoints find it;
the first step is left to the stock optimizer, which creates that state.

Names: g gradient, w weight, lr learning rate; `value=` and `alpha=` scale the last operand.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, optim

from mlcore.optim import Optimizer
from mlcore.steps.packing import Packing, move_together

__all__ = ["make_update", "stock_step"]

Tensors = list[Tensor]


@torch.no_grad()
def stock_step(optimizer: Optimizer) -> None:
    """`optimizer.step()` itself, without its wrapper that imports torch's compiler.

    The import takes seconds, at the first step of a run; the numbers are the same.
    """
    optimizer._opt_called = True  # type: ignore[attr-defined]  # schedules check it
    inspect.unwrap(type(optimizer).step)(optimizer)


def make_update(
    optimizer: Optimizer, weights: Tensors, gradients: Tensors, packing: Packing
) -> Callable[[], None]:
    """A function that does what `optimizer.step()` does, as long as weights keep their `.grad`.

    Args:
        optimizer: of all weights, in one group.
        weights: as `packing` moved them.
        gradients: as `packing` moved them.
        packing: for what the optimizer remembers.
    """
    optimizer._opt_called = True  # type: ignore[attr-defined]  # schedules check it
    return _Update(optimizer, weights, gradients, packing)


class _Update:
    """Weights, gradients and the optimizer's state as lists, gathered once."""

    def __init__(
        self, optimizer: Optimizer, weights: Tensors, gradients: Tensors, packing: Packing
    ) -> None:
        (self.group,) = optimizer.param_groups
        self.optimizer, self.packing = optimizer, packing
        self.update, self.state_names = _UPDATES[type(optimizer)]
        self.weights, self.gradients = weights, gradients
        self.state: dict[str, Tensors] | None = None

    def __call__(self) -> None:
        if self.state is None:
            self.state = self._gather()
            if self.state is None:
                stock_step(self.optimizer)
                return
        self.update(self.group, self.weights, self.gradients, self.state)

    def _gather(self) -> dict[str, Tensors] | None:
        """The optimizer's state by name, or None while it is not complete.

        Nor is there one while weights have made different numbers of steps, as in files of people
        who trained the last layer first: the updates below count one for all.
        """
        names = self.state_names(self.group)
        states = [self.optimizer.state.get(weight, {}) for weight in self.group["params"]]
        if any(state.get(name) is None for state in states for name in names):
            return None
        if "step" in names and len({float(state["step"]) for state in states}) > 1:
            return None
        kept = {name: [state[name] for state in states] for name in names}
        moved = {
            name: [move_together(tensors)] if name == "step" else self.packing.move(tensors)
            for name, tensors in kept.items()
        }
        return moved | {"root": [torch.empty_like(weight) for weight in self.weights]}


def _sgd(group: dict[str, Any], w: Tensors, g: Tensors, state: dict[str, Tensors]) -> None:
    """SGD: w ← w - lr g;  with momentum μ:  v ← μ v + g,  w ← w - lr v  (Nesterov: g + μ v).

    With dampening d, (1-d) g enters v.
    """
    lr, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
    if decay:
        torch._foreach_add_(g, w, alpha=decay)
    if momentum:
        v = state["momentum_buffer"]
        torch._foreach_mul_(v, momentum)
        torch._foreach_add_(v, g, alpha=1 - group["dampening"])
        if group["nesterov"]:
            torch._foreach_add_(g, v, alpha=momentum)
        else:
            g = v
    torch._foreach_add_(w, g, alpha=-lr)


def _adam(group: dict[str, Any], w: Tensors, g: Tensors, state: dict[str, Tensors]) -> None:
    """Adam: m ← β₁ m + (1-β₁) g,  v ← β₂ v + (1-β₂) g²,  w ← w - lr m̂ / (√v̂ + ε).

    m̂ and v̂ are m and v over 1 - βᵗ at step t (Kingma and Ba, 2015). AdamW first shrinks the
    weights by lr · decay (Loshchilov and Hutter, 2019); Adam adds decay · w to the gradient.
    AMSGrad divides by the largest v so far (Reddi et al., 2018).
    """
    lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
    m, v, steps = state["exp_avg"], state["exp_avg_sq"], state["step"]
    t = _count(steps)
    if decay and group["decoupled_weight_decay"]:
        torch._foreach_mul_(w, 1 - lr * decay)
    elif decay:
        torch._foreach_add_(g, w, alpha=decay)
    torch._foreach_lerp_(m, g, 1 - beta1)
    torch._foreach_mul_(v, beta2)
    torch._foreach_addcmul_(v, g, g, value=1 - beta2)
    if group["amsgrad"]:
        torch._foreach_maximum_(state["max_exp_avg_sq"], v)
        v = state["max_exp_avg_sq"]
    root = _sqrt(v, state["root"])
    torch._foreach_div_(root, (1 - beta2**t) ** 0.5)
    torch._foreach_add_(root, group["eps"])
    torch._foreach_addcdiv_(w, m, root, value=-(lr / (1 - beta1**t)))


def _rmsprop(group: dict[str, Any], w: Tensors, g: Tensors, state: dict[str, Tensors]) -> None:
    """RMSprop: v ← α v + (1-α) g²,  w ← w - lr g / (√v + ε);  with momentum through a buffer b.

    Centered, a running mean a of the gradients makes v - a² of v.
    """
    lr, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
    v = state["square_avg"]
    _count(state["step"])
    if decay:
        torch._foreach_add_(g, w, alpha=decay)
    torch._foreach_mul_(v, group["alpha"])
    torch._foreach_addcmul_(v, g, g, value=1 - group["alpha"])
    if group["centered"]:
        a = state["grad_avg"]
        torch._foreach_lerp_(a, g, 1 - group["alpha"])
        v = list(torch._foreach_addcmul(v, a, a, value=-1))
    root = _sqrt(v, state["root"])
    torch._foreach_add_(root, group["eps"])
    if momentum:
        b = state["momentum_buffer"]
        torch._foreach_mul_(b, momentum)
        torch._foreach_addcdiv_(b, g, root)
        torch._foreach_add_(w, b, alpha=-lr)
    else:
        torch._foreach_addcdiv_(w, g, root, value=-lr)


def _adagrad(group: dict[str, Any], w: Tensors, g: Tensors, state: dict[str, Tensors]) -> None:
    """Adagrad: s ← s + g²,  w ← w - lr g / (√s + ε);  lr over 1 + (t-1) · decay at step t."""
    lr = group["lr"] / (1 + (_count(state["step"]) - 1) * group["lr_decay"])
    if group["weight_decay"]:
        torch._foreach_add_(g, w, alpha=group["weight_decay"])
    s = state["sum"]
    torch._foreach_addcmul_(s, g, g, value=1)
    root = _sqrt(s, state["root"])
    torch._foreach_add_(root, group["eps"])
    torch._foreach_addcdiv_(w, g, root, value=-lr)


def _count(steps: Tensors) -> float:
    """Count this step, and return how many there are now."""
    steps[0].add_(1)
    return steps[0].view(-1)[0].item()


def _sqrt(values: Tensors, root: Tensors) -> Tensors:
    """Square roots, written into memory that is kept."""
    for value, out in zip(values, root, strict=True):
        torch.sqrt(value, out=out)
    return root


def _adam_state(group: dict[str, Any]) -> tuple[str, ...]:
    largest = ("max_exp_avg_sq",) if group["amsgrad"] else ()
    return ("step", "exp_avg", "exp_avg_sq", *largest)


def _rmsprop_state(group: dict[str, Any]) -> tuple[str, ...]:
    mean = ("grad_avg",) if group["centered"] else ()
    return ("step", "square_avg", *mean, *_momentum(group))


def _momentum(group: dict[str, Any]) -> tuple[str, ...]:
    return ("momentum_buffer",) if group["momentum"] else ()


Update = Callable[[dict[str, Any], Tensors, Tensors, dict[str, Tensors]], None]
_UPDATES: dict[type[Optimizer], tuple[Update, Callable[[dict[str, Any]], tuple[str, ...]]]] = {
    optim.SGD: (_sgd, _momentum),
    optim.Adam: (_adam, _adam_state),
    optim.AdamW: (_adam, _adam_state),
    optim.RMSprop: (_rmsprop, _rmsprop_state),
    optim.Adagrad: (_adagrad, lambda _: ("step", "sum")),
}
"""Stock class → its update, and the names of the state it needs."""
