"""The architecture that follows from a state dict's names and shapes.

Shapes alone decide: a chain of matrices, with or without biases, and batch normalisation. Names
give the order where the file keeps none, and what belongs together. What a model here cannot have
(no biases, batch norm in other places, computed matrices) is turned into one that gives the same
answers; `mlcore.checkpoint.weights` does that with the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.checkpoint.beside import check_strangers, sort_out, take_vectors_at_the_end
from mlcore.checkpoint.layer_kinds import read_layer
from mlcore.checkpoint.layer_names import (
    are_ours,
    group_layers,
    names_without_wrappers,
    our_order,
    without_prefix,
)
from mlcore.checkpoint.layer_order import (
    check_chain,
    check_rebuilds_no_images,
    follow,
    order_layers,
    turned_round,
)
from mlcore.checkpoint.layers import Linear, Norm, missing, wrong_shape
from mlcore.checkpoint.module_order import check_calls, epsilons_of, places_of
from mlcore.checkpoint.norm_places import Placed, place_norms
from mlcore.checkpoint.shared_layers import without_aliases
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.inert import PickledModule
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.config import PIXELS, ModelConfig
from mlcore.errors import CheckpointError, SettingsError

__all__ = ["Architecture", "infer_architecture"]

_KERAS_EPSILON = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A multilayer perceptron as `mlcore.model.MLP` has it, and the layers of the file in it.

    Attributes:
        layers: in order, each with the batch norms before and after it.
        batch_norm: whether its batch norms stay; else they become part of the layers.
        renamed: whether the file had other names.
        file_order: names of the file's layers, as they lay in it.
        unused: names of tensors that belong to no layer.
    """

    layers: tuple[Placed, ...]
    batch_norm: bool
    renamed: bool
    file_order: tuple[str, ...]
    unused: tuple[str, ...] = ()

    @property
    def hidden(self) -> tuple[int, ...]:
        """Widths of the hidden layers."""
        return tuple(layer.linear.outputs for layer in self.layers[:-1])

    @property
    def outputs(self) -> int:
        """Number of classes."""
        return self.layers[-1].linear.outputs

    @property
    def norms(self) -> tuple[Norm, ...]:
        """All batch norms of the file."""
        return tuple(norm for layer in self.layers for norm in (*layer.before, *layer.after))

    def model_config(self) -> ModelConfig:
        """These widths with the default activation.

        Raises:
            CheckpointError: there are more or wider layers than the settings allow.
        """
        try:
            return ModelConfig(hidden=self.hidden, batch_norm=self.batch_norm)
        except SettingsError as error:
            raise CheckpointError(
                "The model in the file is too large: {error}", error=error
            ) from None


def infer_architecture(
    tensors: Mapping[str, Stub], *, ordered: bool = True, module: PickledModule | None = None
) -> Architecture:
    """Find the chain of layers.

    Args:
        tensors: a state dict, names as in the file.
        ordered: whether the file keeps the order of the layers; else their names are sorted.
        module: the module of that state dict, where it was pickled whole.

    Raises:
        CheckpointError: it is no multilayer perceptron for 784 pixels; the sentence says why.
    """
    state = sort_out(tensors)
    groups = without_aliases(group_layers(state.layers))
    unused = [*state.unused, *(take_vectors_at_the_end(groups) if ordered else ())]
    keras = any(name.endswith(("/gamma", "/gamma:0", "/moving_mean:0")) for name in tensors)
    epsilons = {} if module is None else names_without_wrappers(epsilons_of(module))
    layers = [
        read_layer(name, fields, epsilon=epsilons.get(name, _KERAS_EPSILON if keras else 1e-5))
        for name, fields in groups.items()
    ]
    if module is not None:
        check_calls(module)
    linears = [layer for layer in layers if isinstance(layer, Linear)]
    norms = [layer for layer in layers if isinstance(layer, Norm)]
    short = without_prefix(list(groups))
    ours = are_ours(short.values(), len(linears))
    try:
        linears = _chain(linears, short, ours=ours, ordered=ordered)
    except CheckpointError:
        matrices = {name: stub for name, stub in state.strangers.items() if len(stub.shape) > 1}
        check_strangers(matrices, linears)  # one of them may be what the chain lacks
        raise
    if ours:
        norms.sort(key=lambda layer: our_order(short[layer.name]))
    _check_widths(linears)
    check_strangers(state.strangers, linears)
    known = {} if module is None else names_without_wrappers(places_of(module))
    placed = place_norms(linears, norms, list(groups), ordered=ordered, known=known)
    return Architecture(
        layers=placed,
        batch_norm=bool(norms) and _is_regular(placed),
        renamed=not ours,
        file_order=tuple(groups),
        unused=tuple(unused),
    )


def _chain(
    linears: list[Linear], short: Mapping[str, str], *, ours: bool, ordered: bool
) -> list[Linear]:
    """The layers as they follow one another: by our own names, or as names and shapes tell."""
    if not linears:
        raise CheckpointError("The file has no linear layer: it is no multilayer perceptron.")
    if not ours:
        return order_layers(linears, ordered=ordered)
    chain = sorted(linears, key=lambda layer: our_order(short[layer.name]))
    _check_numbers([short[layer.name] for layer in chain])
    turned = None if follow(chain) else turned_round(chain)
    if turned and follow(turned):
        return turned
    check_rebuilds_no_images(chain)
    check_chain(chain)
    return chain


def _is_regular(layers: tuple[Placed, ...]) -> bool:
    """Whether a batch norm as here stands behind each hidden layer, and nowhere else."""
    *hidden, last = layers
    counts = [len(layer.after) == 1 and not layer.before for layer in hidden]
    if any(norm.epsilon < 1e-5 for layer in layers for norm in layer.after):
        return False  # the variance would have to be below zero
    return all(counts) and not last.after and not last.before


def _check_numbers(names: list[str]) -> None:
    for number, name in enumerate(names, start=1):
        if name != f"fc{number}":
            raise missing(f"fc{number}.weight")


def _check_widths(linears: list[Linear]) -> None:
    for layer in linears:
        wanted = (layer.outputs,)
        if layer.bias is not None and layer.bias.shape not in (wanted, (1, *wanted)):
            raise wrong_shape(f"{layer.name}.bias", layer.bias, wanted)
        if layer.outputs < 1:
            raise CheckpointError(
                "`{layer}` is a layer without a single unit: "
                "save the state dict of a model that predicts something.",
                layer=printable(layer.name),
            )
    outputs = linears[-1].outputs
    if outputs == PIXELS:
        check_rebuilds_no_images(linears[-1:])
    if outputs == 1:
        raise CheckpointError(
            "The model in the file gives a single number for an image, as a discriminator or a "
            "regression does, and only models of 2 to {most:,} classes can be used here.",
            most=limits.OUTPUTS,
        )
    if outputs > limits.OUTPUTS:
        raise CheckpointError(
            "The model in the file has {outputs:,} outputs, "
            "and only models of 2 to {most:,} classes can be used here.",
            outputs=outputs,
            most=limits.OUTPUTS,
        )
