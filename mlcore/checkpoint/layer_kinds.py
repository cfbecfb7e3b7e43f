"""What kind of layer the tensors under one name make, and what is said of other kinds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NoReturn

from mlcore.checkpoint.layers import Linear, Norm, check_number, missing, wrong_shape
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["is_field", "read_layer"]

_NORM = frozenset({"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
_WEIGHT_NORM = ("weight_g", "weight_v", "weight.original0", "weight.original1")
_SPECTRAL_NORM = (
    *("weight", "weight_orig", "weight_u", "weight_v"),
    *("weight.original", "weight.0._u", "weight.0._v"),
)
_PRUNED = ("weight_orig", "weight_mask", "bias_orig", "bias_mask")
_SPECIAL = {
    r"weight_ih(_l\d.*)?|weight_hh(_l\d.*)?": N_(
        "`{layer}` is a recurrent layer (RNN, LSTM or GRU, by its `{field}`)"
    ),
    r"in_proj_(weight|bias)|q_proj_weight|bias_k": N_("`{layer}` is an attention layer"),
    r"_packed_params.*|zero_point|weight_scale|SCB": N_(
        "`{layer}` is a quantised layer (by its `{field}`)"
    ),
    r"weight\..*|bias\..*": N_("`{layer}` is parametrised in a way that is not known here"),
}
"""Fields that give a kind of layer away."""

_FIELD = re.compile(
    rf"(weight|bias|kernel)([._].*)?|running_(mean|var)|{'|'.join(_SPECIAL)}", re.DOTALL
)


def is_field(name: str) -> bool:
    """Whether a tensor of this name, as in "weight", makes what it belongs to a layer."""
    return _FIELD.fullmatch(name) is not None


def read_layer(name: str, fields: Mapping[str, Stub], *, epsilon: float = 1e-5) -> Linear | Norm:
    """The layer that these tensors make.

    Args:
        name: of the layer.
        fields: "weight" and so on → tensor.
        epsilon: what a batch norm adds to its variance.

    Raises:
        CheckpointError: no layer here has them; the sentence names the kind where it is known.
    """
    if "running_mean" in fields or "running_var" in fields:
        return _norm(name, fields, epsilon)
    computed = _computed(name, fields)
    if computed is not None:
        return _checked(computed)
    _refuse_special(name, fields)
    if re.search(r"(^|[._])lora_[AB]([._]|$)", name):
        raise CheckpointError(
            "`{layer}` is an adapter (LoRA) beside another layer: merge it into the model, and "
            "save the state dict again.",
            layer=printable(name),
        )
    if set(fields) == {"weight"} and re.search(r"(^|[._])emb(ed|edding)?s?([._\d]|$)", name):
        raise CheckpointError(
            "`{layer}` is an embedding, by its name, and only multilayer perceptrons of plain "
            "linear layers can be used here.",
            layer=printable(name),
        )
    weight = fields.get("weight", fields.get("kernel"))
    if weight is None:
        raise missing(f"{name}.weight")
    if len(weight.shape) != 2:
        _refuse_axes(name, fields, weight)
    _check_rest(name, set(fields) - {"weight", "kernel", "bias"})
    bias, flipped = fields.get("bias"), "kernel" in fields
    return _checked(Linear(name=name, weight=weight, bias=bias, flipped=flipped))


def _computed(name: str, fields: Mapping[str, Stub]) -> Linear | None:
    """A layer whose matrix is computed from others, as `torch.nn.utils` does it."""
    get, bias = fields.get, fields.get("bias", fields.get("bias_orig"))
    original = get("weight_orig", get("weight.original", get("weight")))
    left, right = get("weight_u", get("weight.0._u")), get("weight_v", get("weight.0._v"))
    gain, direction = get("weight_g", get("weight.original0")), get("weight.original1", right)
    if gain is not None and direction is not None:
        _check_rest(name, set(fields) - {"bias", *_WEIGHT_NORM})
        return Linear(name=name, weight=direction, bias=bias, gain=gain)
    if original is None:
        return None
    if left is not None and right is not None:
        _check_rest(name, set(fields) - {"bias", *_SPECTRAL_NORM})
        return Linear(name=name, weight=original, bias=bias, vectors=(left, right))
    if "weight_mask" in fields or "bias_mask" in fields:
        _check_rest(name, set(fields) - {"weight", "bias", *_PRUNED})
        masks = get("weight_mask"), get("bias_mask")
        return Linear(name=name, weight=original, bias=bias, mask=masks[0], bias_mask=masks[1])
    return None


def _checked(layer: Linear) -> Linear:
    """The layer, its tensors' kinds and shapes found to go together."""
    name, weight, bias = layer.name, layer.weight, layer.bias
    for field, stub in (
        *(("weight", weight), ("bias", bias), ("weight_mask", layer.mask)),
        *(("bias_mask", layer.bias_mask), ("weight_g", layer.gain)),
        *(("weight_u", vector) for vector in layer.vectors or ()),
    ):
        check_number(f"{name}.{field}", stub)
    if len(weight.shape) != 2:
        _refuse_axes(name, {}, weight)
    if layer.mask is not None and layer.mask.shape != weight.shape:
        raise wrong_shape(f"{name}.weight_mask", layer.mask, weight.shape)
    if bias is not None and layer.bias_mask is not None and layer.bias_mask.shape != bias.shape:
        raise wrong_shape(f"{name}.bias_mask", layer.bias_mask, bias.shape)
    rows, columns = weight.shape
    if layer.gain is not None and layer.gain.shape not in ((rows, 1), (1, columns), ()):
        raise wrong_shape(f"{name}.weight_g", layer.gain, (rows, 1))
    for stub, size in zip(layer.vectors or (), (rows, columns), strict=False):
        if stub.shape != (size,):
            raise wrong_shape(f"{name}.weight_u", stub, (size,))
    return layer


def _norm(name: str, fields: Mapping[str, Stub], epsilon: float) -> Norm:
    for field in ("running_mean", "running_var"):
        if field not in fields:
            raise missing(f"{name}.{field}")
    _check_rest(name, set(fields) - _NORM)
    width = math.prod(fields["running_mean"].shape)
    for field, stub in fields.items():
        wanted = () if field == "num_batches_tracked" else (width,)
        if field == "num_batches_tracked" and stub.shape == (1,):
            continue
        if stub.shape != wanted:
            raise wrong_shape(f"{name}.{field}", stub, wanted)
        if field != "num_batches_tracked":
            check_number(f"{name}.{field}", stub)
    return Norm(
        name=name,
        mean=fields["running_mean"],
        variance=fields["running_var"],
        weight=fields.get("weight"),
        bias=fields.get("bias"),
        counter=fields.get("num_batches_tracked"),
        epsilon=epsilon,
    )


def _refuse_axes(name: str, fields: Mapping[str, Stub], weight: Stub) -> NoReturn:
    """Refuse convolutions and layers of vectors by their name."""
    if len(weight.shape) > 2:
        raise CheckpointError(
            "`{layer}` is a convolution or the like (its weight has shape {shape}), and only "
            "multilayer perceptrons, whose layers are matrices, can be used here.",
            layer=printable(name),
            shape=shape_text(weight.shape),
        )
    if "num_batches_tracked" in fields:
        raise missing(f"{name}.running_mean")
    if set(fields) == {"weight"}:
        raise CheckpointError(
            "`{layer}` has nothing but a weight of shape {shape}, as PReLU (an activation that "
            "learns) and RMSNorm have: models here have a fixed activation, batch norm or none.",
            layer=printable(name),
            shape=shape_text(weight.shape),
        )
    raise CheckpointError(
        "`{layer}` has a weight and a bias of {count:,} numbers and no running averages, as "
        "LayerNorm, GroupNorm and a batch norm without averages have: "
        "models here have batch norm that keeps averages, or none.",
        layer=printable(name),
        count=math.prod(weight.shape),
    )


def _refuse_special(name: str, fields: Mapping[str, Stub]) -> None:
    for pattern in _SPECIAL:
        field = next((field for field in fields if re.fullmatch(pattern, field)), None)
        if field is not None:
            raise CheckpointError(
                "{kind}, and only multilayer perceptrons of plain linear layers can be used here.",
                kind=CheckpointError(
                    _SPECIAL[pattern], layer=printable(name or "model"), field=printable(field)
                ),
            )


def _check_rest(name: str, fields: set[str]) -> None:
    for field in sorted(fields):
        raise CheckpointError(
            "The state dict has the unknown key `{layer}.{field}`: "
            "save the state dict of a plain multilayer perceptron.",
            layer=printable(name),
            field=printable(field),
        )
