"""The architecture that follows from a state dict's names and shapes.

Shapes alone decide: a chain of matrices `(out, in)` with their biases, and batch normalisation
where four vectors and a counter lie between two of them. Names only give the order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcore.checkpoint.layer_names import are_ours, group_layers, natural_order, our_order
from mlcore.checkpoint.untrusted import limits
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.config import PIXELS, ModelConfig
from mlcore.errors import CheckpointError, SettingsError

__all__ = ["Architecture", "infer_architecture"]

_LINEAR = frozenset({"weight", "bias"})
_NORM = frozenset({"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
_FLOATS = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A multilayer perceptron, and its tensors under the names of `mlcore.model.MLP`."""

    hidden: tuple[int, ...]
    outputs: int
    batch_norm: bool
    tensors: Mapping[str, Stub]
    renamed: bool  # the file had other names, taken in order

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


def infer_architecture(tensors: Mapping[str, Stub], *, ordered: bool = True) -> Architecture:
    """Find the chain of layers.

    Args:
        tensors: a state dict, names as in the file.
        ordered: whether the file keeps the order of the layers; else their names are sorted.

    Raises:
        CheckpointError: it is no multilayer perceptron for 784 pixels; the sentence says why.
    """
    layers = group_layers(tensors)
    _check_numbers(tensors)
    if are_ours(layers):
        return _chain(sorted(layers, key=our_order), layers, renamed=False)
    natural = sorted(layers, key=natural_order)
    orders = [list(layers), natural] if ordered else [natural, list(layers)]
    try:
        return _chain(orders[0], layers, renamed=True)
    except CheckpointError as first:
        try:
            return _chain(orders[1], layers, renamed=True)
        except CheckpointError:
            raise first from None


def _check_numbers(tensors: Mapping[str, Stub]) -> None:
    for name, stub in tensors.items():
        counter = name.endswith(".num_batches_tracked")
        if stub.dtype not in (("int64",) if counter else _FLOATS):
            raise CheckpointError(
                "`{name}` holds {dtype} numbers, where a model has {wanted}: "
                "convert the tensor and save it again.",
                name=printable(name),
                dtype=stub.dtype,
                wanted="int64" if counter else "float32",
            )


def _chain(
    order: Sequence[str], layers: Mapping[str, Mapping[str, Stub]], *, renamed: bool
) -> Architecture:
    """Walk the layers in this order, from 784 pixels to the classes."""
    widths = [PIXELS]
    norms: list[int] = []  # numbers of the linear layers that a batch norm follows
    tensors: dict[str, Stub] = {}
    for name in order:
        fields = layers[name]
        weight = fields.get("weight")
        if weight is None:
            raise _missing(f"{name}.weight")
        if len(weight.shape) == 2:
            _check_fields(name, fields, _LINEAR)
            widths.append(_linear(name, fields, widths[-1], first=len(widths) == 1))
            target = f"fc{len(widths) - 1}"
        else:
            _check_norm(name, fields, widths, norms)
            norms.append(len(widths) - 1)
            target = f"bn{len(widths) - 1}"
        if not renamed and target != name:
            raise _missing(f"{target}.weight")
        tensors |= {f"{target}.{field}": fields[field] for field in fields}
    return _whole(widths, norms, tensors, renamed)


def _whole(
    widths: list[int], norms: list[int], tensors: dict[str, Stub], renamed: bool
) -> Architecture:
    hidden, outputs = tuple(widths[1:-1]), widths[-1]
    if len(widths) < 2:
        raise CheckpointError("The file has no linear layer: it is no multilayer perceptron.")
    if norms and norms != list(range(1, len(hidden) + 1)):
        raise CheckpointError(
            "The file has batch normalisation after some layers only, and models here have it "
            "after every hidden layer or none."
        )
    if not 2 <= outputs <= limits.OUTPUTS:
        raise CheckpointError(
            "The model in the file has {outputs:,} outputs, "
            "and only models of 2 to {most:,} classes can be used here.",
            outputs=outputs,
            most=limits.OUTPUTS,
        )
    return Architecture(
        hidden=hidden, outputs=outputs, batch_norm=bool(norms), tensors=tensors, renamed=renamed
    )


def _linear(name: str, fields: Mapping[str, Stub], before: int, *, first: bool) -> int:
    after, inputs = fields["weight"].shape
    shape = shape_text(fields["weight"].shape)
    if inputs != before and first:
        raise CheckpointError(
            "`{layer}.weight` has shape {shape}, but an image has {values} values: "
            "only models of 28×28 images can be used.",
            layer=printable(name),
            shape=shape,
            values=before,
        )
    if inputs != before:
        raise CheckpointError(
            "`{layer}.weight` has shape {shape}, but the layer before it gives {values} values: "
            "only models whose layers follow one another can be used.",
            layer=printable(name),
            shape=shape,
            values=before,
        )
    if after < 1:
        raise CheckpointError(
            "`{layer}` is a layer without a single unit: "
            "save the state dict of a model that predicts something.",
            layer=printable(name),
        )
    if fields["bias"].shape != (after,):
        raise _shape(f"{name}.bias", fields["bias"], (after,))
    return after


def _check_norm(
    name: str, fields: Mapping[str, Stub], widths: Sequence[int], norms: Sequence[int]
) -> None:
    shape = fields["weight"].shape
    if len(shape) != 1:
        raise CheckpointError(
            "`{layer}.weight` has shape {shape}, and a multilayer perceptron has matrices "
            "and vectors only: convolutions and the like cannot be used here.",
            layer=printable(name),
            shape=shape_text(shape),
        )
    _check_fields(name, fields, _NORM)
    if len(widths) == 1 or len(widths) - 1 in norms:
        raise CheckpointError(
            "`{layer}` is a batch normalisation without a linear layer of its own before it: "
            "such a model cannot be used here.",
            layer=printable(name),
        )
    for field, stub in fields.items():
        wanted = () if field == "num_batches_tracked" else (widths[-1],)
        if stub.shape != wanted:
            raise _shape(f"{name}.{field}", stub, wanted)


def _check_fields(name: str, fields: Mapping[str, Stub], wanted: frozenset[str]) -> None:
    for field in sorted(wanted - set(fields)):
        raise _missing(f"{name}.{field}")
    for field in sorted(set(fields) - wanted):
        raise CheckpointError(
            "The state dict has the unknown key `{layer}.{field}`: "
            "save the state dict of a plain multilayer perceptron.",
            layer=printable(name),
            field=printable(field),
        )


def _missing(name: str) -> CheckpointError:
    return CheckpointError(
        "The state dict lacks `{name}`: save the whole state dict of the model.",
        name=printable(name),
    )


def _shape(name: str, stub: Stub, wanted: tuple[int, ...]) -> CheckpointError:
    return CheckpointError(
        "`{name}` has shape {shape}, where its layer needs {wanted} ({count:,} numbers): "
        "save the state dict of one model.",
        name=printable(name),
        shape=shape_text(stub.shape),
        wanted=shape_text(wanted),
        count=math.prod(wanted),
    )
