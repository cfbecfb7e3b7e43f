"""What the modules of a model that was pickled whole say beside their numbers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_args

from mlcore.checkpoint.untrusted.inert import PickledModule, SubModule
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import ModelConfig
from mlcore.config.model import Activation
from mlcore.errors import CheckpointError, Notice

__all__ = ["ModuleHints", "read_hints"]

_ACTIVATIONS: dict[str, Activation] = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
}
_WANTED: dict[str, tuple[str, Any]] = {
    "LeakyReLU": ("negative_slope", 0.01),
    "GELU": ("approximate", "none"),
}
"""Class → an option, and the value that it has in the models here."""

_HOME = "torch.nn.modules.activation."
_OUTPUTS = ("LogSoftmax", "Softmax", "Softmin", "Softmax2d", "MultiheadAttention")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleHints:
    """What can be told from the modules, None where they do not say it.

    Attributes:
        activation: after the hidden layers, as in the settings.
        dropout: probability that a hidden activation is dropped while training.
        assumed: what a person should look at.
        doubt: why the model cannot be used as it is, where it has another activation.
    """

    activation: Activation | None = None
    dropout: float | None = None
    assumed: tuple[Notice, ...] = ()
    doubt: CheckpointError | None = None

    def complete(self, config: ModelConfig) -> ModelConfig:
        """Settings that follow from shapes, with what the modules say beside."""
        if not config.hidden:
            return config
        return dataclasses.replace(
            config,
            activation=self.activation or config.activation,
            dropout=config.dropout if self.dropout is None else self.dropout,
        )


def read_hints(module: PickledModule | None) -> ModuleHints:
    """Look at the innermost modules of a model; of a class of one's own they say only a part."""
    if module is None:
        return ModuleHints()
    kinds = {_activation(leaf): leaf for leaf in module.leaves if leaf.kind.startswith(_HOME)}
    kinds.pop("", None)
    rates = {leaf.options.get("p") for leaf in module.leaves if leaf.kind.endswith(".Dropout")}
    rate = rates.pop() if len(rates) == 1 else None
    known = next((a for a in _ACTIVATIONS.values() if len(kinds) == 1 and a in kinds), None)
    return ModuleHints(
        activation=known,
        dropout=rate if isinstance(rate, float) and 0 <= rate < 1 else None,
        assumed=(_about_activation(module, list(kinds)),),
        doubt=_doubt(module, list(kinds)) if kinds and known is None else None,
    )


def _doubt(module: PickledModule, found: list[str]) -> CheckpointError:
    return CheckpointError(
        "The pickled `{name}` has the activation {found}, which no model here has: state another "
        "one as `{setting}` ({known}) to use the weights all the same; the figures are "
        "then not the model's own.",
        name=printable(module.name.rpartition(".")[2]),
        found=_few(found),
        setting="model.activation",
        known=", ".join(get_args(Activation)),
    )


def _few(found: list[str]) -> str:
    return ", ".join(found[:5])


def _activation(leaf: SubModule) -> str:
    """The activation of a module as in the settings, "" for an output; others by their class."""
    kind = leaf.kind.removeprefix(_HOME)
    if kind in _OUTPUTS:
        return ""
    option, value = _WANTED.get(kind, ("", None))
    given = leaf.options.get(option, value)
    if given != value:
        return f"{kind}({option}={printable(given, 20)})"
    return _ACTIVATIONS.get(kind, printable(kind, 30))


def _about_activation(module: PickledModule, found: list[str]) -> Notice:
    name = printable(module.name)
    if len(found) == 1 and found[0] in _ACTIVATIONS.values():
        return Notice(
            "Activation after the hidden layers: {activation}, as the modules of the pickled "
            "`{name}` say.",
            activation=found[0],
            name=name,
        )
    if found:
        return Notice(
            "Activation after the hidden layers: none yet. The pickled `{name}` has {found}, which "
            "no model here has, so another one has to be stated.",
            name=name,
            found=_few(found),
        )
    return Notice(
        "Activation after the hidden layers: relu. The code of the pickled `{name}` is not in "
        "the file, so it has to be stated.",
        name=name,
    )
