"""A module that was pickled whole, as the state dict that it would give.

`torch.save(model)` writes every module as an object with three tables among its attributes:
`_parameters`, `_buffers` and `_modules`. They are all that is read; the class is only a name.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import (
    Inert,
    PickledModule,
    SubModule,
    attributes,
    table_of,
    table_size,
    type_name,
)
from mlcore.errors import CheckpointError

__all__ = ["is_module", "read_module"]

_IN_ORDER = (
    "torch.nn.modules.container.Sequential",
    "torch.nn.parallel.data_parallel.DataParallel",
    "torch.nn.parallel.distributed.DistributedDataParallel",
    "torch._dynamo.eval_frame.OptimizedModule",
    "torch.optim.swa_utils.AveragedModel",
)
"""Classes that call their modules one after the other, or have only one."""

_OPTIONS = 24  # attributes of an innermost module that are kept, at most


def is_module(value: Any) -> bool:
    """Whether an object has the tables of an `nn.Module`."""
    state = attributes(value)
    return state is not None and "_parameters" in state and "_modules" in state


def read_module(value: Inert) -> PickledModule:
    """The tensors of a module by name, as `state_dict()` orders and names them.

    Raises:
        CheckpointError: it contains itself, or far more modules than any model here.
    """
    walk = _Walk()
    walk.visit(value, "", [])
    found = PickledModule(value.name, tuple(walk.leaves), walk.in_order)
    found.update(walk.tensors)
    return found


class _Walk:
    """Collects tensors on the way through a tree of modules, of which any may be shared."""

    def __init__(self) -> None:
        self.tensors: dict[str, Any] = {}
        self.leaves: list[SubModule] = []
        self.in_order = True
        self.left = limits.MODULES  # modules, and entries of their tables

    def visit(self, module: Inert, prefix: str, path: list[Inert]) -> None:
        if len(path) > limits.MODULE_DEPTH or len(prefix) > limits.TEXT or module in path:
            raise CheckpointError(
                "The pickled module `{name}` contains itself, or is nested more than {most} "
                "levels deep: save torch.save(model.state_dict(), path).",
                name=type_name(path[0])[: limits.TEXT] if path else "",
                most=limits.MODULE_DEPTH,
            )
        state = attributes(module) or {}
        hidden = _names(state.get("_non_persistent_buffers_set"))
        for name, tensor in self.table(state, "_parameters"):
            self.tensors[prefix + name] = tensor
        for name, tensor in self.table(state, "_buffers"):
            if name not in hidden:
                self.tensors[prefix + name] = tensor
        children = [(n, child) for n, child in self.table(state, "_modules") if is_module(child)]
        if not children:
            self.leaves.append(SubModule(prefix.removesuffix("."), module.name, _options(state)))
        elif module.name not in _IN_ORDER:
            self.in_order = False
        for name, child in children:
            self.visit(child, f"{prefix}{name}.", [*path, module])

    def table(self, state: dict[Any, Any], name: str) -> list[tuple[str, Any]]:
        """The entries of one of a module's tables, without those that are None."""
        value = state.get(name)
        size = table_size(value)
        self.left -= 1 + (size or 0)
        if self.left < 0:
            raise CheckpointError(
                "The pickled module in the file has more than {most:,} modules and tensors: "
                "it is no multilayer perceptron.",
                most=limits.MODULES,
            )
        if size is None:
            return []
        entries = table_of(value).items()
        return [(key, item) for key, item in entries if isinstance(key, str) and item is not None]


def _names(value: Any) -> tuple[str, ...]:
    """The texts in a set of buffers that no state dict holds."""
    given = value.arguments[0] if isinstance(value, Inert) and value.arguments else None
    listed = given if isinstance(given, list | tuple) else getattr(value, "items", None)
    if not isinstance(listed, list | tuple) or len(listed) > _OPTIONS:
        return ()
    return tuple(name for name in listed if isinstance(name, str))


def _options(state: dict[Any, Any]) -> dict[str, Any]:
    """Attributes such as the `p` of a dropout."""
    plain = (bool, int, float, str, type(None))
    found = {
        key: value
        for key, value in islice(state.items(), 64)
        if isinstance(key, str) and not key.startswith("_") and type(value) in plain
    }
    return dict(islice(found.items(), _OPTIONS))
