"""What a module that was pickled whole tells of its layers beyond their numbers.

A state dict shows neither an epsilon nor a layer without numbers. A pickled `nn.Sequential` shows
both, in the order in which they are called; what models here cannot do is then refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from mlcore.checkpoint.untrusted.inert import PickledModule, SubModule
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["check_calls", "epsilons_of", "places_of"]

_HOME = "torch.nn.modules.activation."  # which of them are known, `module_hints` says
_NO_EFFECT = ("Flatten", "Identity", "Dropout", "AlphaDropout", "FeatureAlphaDropout")
_OUTPUTS = ("LogSoftmax", "Softmax")
_WHY = {
    "behind": N_("stands right behind another layer"),
    "place": N_("does not stand between two layers"),
    "other": N_("is not the activation of the layer before"),
    "averages": N_("keeps no averages"),
    "unknown": N_("is no part of any model here"),
}
_NORMS = ("BatchNorm1d", "LazyBatchNorm1d", "SyncBatchNorm")


def epsilons_of(module: PickledModule) -> dict[str, float]:
    """Name of each batch norm → what it adds to the variance."""
    given = {leaf.prefix: leaf.options.get("eps") for leaf in module.leaves if _is(leaf, _NORMS)}
    return {name: eps for name, eps in given.items() if type(eps) is float and 0 < eps <= 1}


def places_of(module: PickledModule) -> Mapping[str, int]:
    """Name of each layer and activation → its place among them; none where the order is unknown."""
    if not _tells_calls(module):
        return {}
    counted = (leaf for leaf in module.leaves if not _is(leaf, _NO_EFFECT))
    return {leaf.prefix: place for place, leaf in enumerate(counted)}


def check_calls(module: PickledModule) -> None:
    """Make sure that a model whose calls are known has one activation after each hidden layer.

    Raises:
        CheckpointError: it calls something that no model here does; the sentence names it.
    """
    if not _tells_calls(module):
        return
    first: SubModule | None = None  # the activation of the first hidden layer
    before, linears = "start", sum(_is(leaf, ("Linear",)) for leaf in module.leaves)
    for leaf in module.leaves:
        if _is(leaf, ("Linear",)):
            if before == "Linear":
                _refuse(module, leaf, "behind")
            linears, before = linears - 1, "Linear"
        elif _is_activation(leaf):
            if before != "Linear" or linears == 0:
                _refuse(module, leaf, "place")
            if first is not None and _kind(first) != _kind(leaf):
                _refuse(module, leaf, "other")
            first, before = leaf, "activation"
        elif _is(leaf, _NORMS) and leaf.options.get("track_running_stats") is False:
            _refuse(module, leaf, "averages")
        elif not _is(leaf, (*_NO_EFFECT, *_NORMS, *(_OUTPUTS if linears == 0 else ()))):
            _refuse(module, leaf, "unknown")


def _tells_calls(module: PickledModule) -> bool:
    """Whether its modules are called in their order, and all of them are PyTorch's own."""
    return module.in_order and all(leaf.kind.startswith("torch.nn.") for leaf in module.leaves)


def _is(leaf: SubModule, kinds: tuple[str, ...]) -> bool:
    return leaf.kind.startswith("torch.nn.") and _kind(leaf) in kinds


def _is_activation(leaf: SubModule) -> bool:
    return leaf.kind.startswith(_HOME) and _kind(leaf) not in _OUTPUTS


def _kind(leaf: SubModule) -> str:
    return leaf.kind.rpartition(".")[2]


def _refuse(module: PickledModule, leaf: SubModule, why: str) -> NoReturn:
    raise CheckpointError(
        "In the pickled `{model}`, the {kind} `{name}` {why}: only models with the same "
        "activation after every hidden layer, and batch norm or none, can be used here.",
        model=printable(module.name.rpartition(".")[2]),
        kind=printable(_kind(leaf), 30),
        name=printable(leaf.prefix),
        why=CheckpointError(_WHY[why]),
    )
