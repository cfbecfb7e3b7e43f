"""The model's tensors, read from the file or computed from what it holds.

A batch norm gives `s x + t` with `s = weight / √(variance + ε)` and `t = bias - s mean`. Before an
activation that goes into the layer before it, `s (W x + b) + t`; behind one into the layer after
it, `W (s x + t) + b`: the same function, without the batch norm.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mlcore.checkpoint.architecture import Architecture
from mlcore.checkpoint.layers import Linear, Norm
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.checkpoint.untrusted.tensor_reader import TensorReader, is_finite
from mlcore.errors import CheckpointError

__all__ = ["file_dtypes", "read_weights"]

_EPSILON = 1e-5  # of the batch norm in `mlcore.model.MLP`
_ROWS = 256  # rows of a matrix that are computed at once, in double precision


def read_weights(
    reader: TensorReader, found: Architecture, dtype: torch.dtype = torch.float32
) -> dict[str, Tensor]:
    """The state dict of the `mlcore.model.MLP` that gives the answers of the file's model.

    Args:
        reader: of the file.
        found: what is in it.
        dtype: kind of numbers of the model.

    Raises:
        CheckpointError: tensors are missing, damaged, too large or not finite.
    """
    model: dict[str, Tensor] = {}
    for number, placed in enumerate(found.layers, start=1):
        weight = _matrix(reader, placed.linear, dtype)  # (outputs, inputs)
        bias = _bias(reader, placed.linear, dtype)  # (outputs,)
        for norm in placed.before:
            scale, shift = _affine(reader, norm, dtype)
            bias.copy_(bias.double() + _product(weight, shift))
            _scale(weight, scale.expand(weight.shape))
        for norm in () if found.batch_norm else placed.after:
            scale, shift = _affine(reader, norm, dtype)
            bias.copy_(bias.double() * scale + shift)
            _scale(weight, scale[:, None].expand(weight.shape))
        model |= {
            f"fc{number}.weight": _finite(f"{placed.linear.name}.weight", weight),
            f"fc{number}.bias": _finite(f"{placed.linear.name}.bias", bias),
        }
        if found.batch_norm and placed.after:
            norm = placed.after[0]
            kept = _kept(reader, norm, dtype)
            if norm.epsilon != _EPSILON:
                kept["running_var"] += norm.epsilon - _EPSILON
            model |= {f"bn{number}.{field}": tensor for field, tensor in kept.items()}
    return model


def file_dtypes(found: Architecture) -> dict[str, str]:
    """Name in the model → kind of number in the file, as in "float16"."""
    dtypes: dict[str, str] = {}
    for number, placed in enumerate(found.layers, start=1):
        weight = placed.linear.weight.dtype
        bias = placed.linear.bias
        dtypes |= {f"fc{number}.weight": weight, f"fc{number}.bias": bias.dtype if bias else weight}
        if found.batch_norm and placed.after:
            kind = placed.after[0].mean.dtype
            fields = ("weight", "bias", "running_mean", "running_var")
            dtypes |= {f"bn{number}.{field}": kind for field in fields}
            dtypes[f"bn{number}.num_batches_tracked"] = "int64"
    return dtypes


def _matrix(reader: TensorReader, layer: Linear, dtype: torch.dtype) -> Tensor:
    """The matrix `(outputs, inputs)` of a layer, as `torch.nn.utils` computes it.

    Source: `torch/nn/utils/prune.py`, `weight_norm.py` and `spectral_norm.py`.
    """
    weight = reader.tensor(layer.weight, dtype)
    if layer.flipped:
        return weight.t().contiguous()
    if layer.mask is not None:
        weight *= reader.tensor(layer.mask, dtype)
    if layer.gain is not None:
        gain = reader.tensor(layer.gain, dtype).double()
        # `dim=None` has one length for all, `dim=1` one for each column, the default for each row.
        axes = [0, 1] if gain.ndim == 0 else [1] if gain.shape[1] == 1 else [0]
        lengths = torch.linalg.vector_norm(weight, dim=axes, keepdim=True, dtype=torch.float64)
        _scale(weight, (gain / lengths).expand(weight.shape))
    if layer.vectors is not None:
        left, right = (reader.tensor(stub, dtype).double() for stub in layer.vectors)
        size = torch.dot(left, _product(weight, right))
        _scale(weight, (1 / size).expand(weight.shape))
    return weight


def _bias(reader: TensorReader, layer: Linear, dtype: torch.dtype) -> Tensor:
    """The bias; zeros where the layer has none."""
    if layer.bias is None:
        return torch.zeros(layer.outputs, dtype=dtype)
    bias = reader.tensor(layer.bias, dtype).view(layer.outputs)
    if layer.bias_mask is not None:
        bias *= reader.tensor(layer.bias_mask, dtype)
    return bias


def _affine(reader: TensorReader, norm: Norm, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """`s` and `t` of a batch norm, in double precision."""
    kept = {name: value.double() for name, value in _kept(reader, norm, dtype).items()}
    scale = kept["weight"] / (kept["running_var"] + norm.epsilon).sqrt()  # (width,)
    return scale, kept["bias"] - scale * kept["running_mean"]


def _kept(reader: TensorReader, norm: Norm, dtype: torch.dtype) -> dict[str, Tensor]:
    """The tensors of `nn.BatchNorm1d`; what the file leaves out is what changes nothing."""

    def read(field: str, stub: Stub | None, otherwise: float) -> Tensor:
        if stub is None:
            return torch.full((norm.width,), otherwise, dtype=dtype)
        return _finite(f"{norm.name}.{field}", reader.tensor(stub, dtype))

    variance = read("running_var", norm.variance, 1.0)
    if bool((variance < 0).any()):
        raise CheckpointError(
            "`{name}` holds a negative variance: the file is damaged.",
            name=printable(f"{norm.name}.running_var"),
        )
    counter = 0 if norm.counter is None else reader.tensor(norm.counter).double().sum().item()
    return {
        "weight": read("weight", norm.weight, 1.0),
        "bias": read("bias", norm.bias, 0.0),
        "running_mean": read("running_mean", norm.mean, 0.0),
        "running_var": variance,
        "num_batches_tracked": torch.tensor(int(counter) if 0 <= counter < 2**53 else 0),
    }


def _scale(weight: Tensor, factors: Tensor) -> None:
    """Multiply a matrix in place, some rows at a time: it is never held in double precision."""
    for start in range(0, len(weight), _ROWS):
        rows = slice(start, start + _ROWS)
        weight[rows] = (weight[rows].double() * factors[rows]).to(weight.dtype)


def _product(weight: Tensor, vector: Tensor) -> Tensor:
    """`W v` in double precision, `(outputs,)`."""
    starts = range(0, len(weight), _ROWS)
    return torch.cat([weight[start : start + _ROWS].double() @ vector for start in starts])


def _finite(name: str, tensor: Tensor) -> Tensor:
    if not is_finite(tensor):
        raise CheckpointError(
            "`{name}` holds NaN or infinity, so the model cannot predict anything: "
            "take a checkpoint from before the training diverged.",
            name=printable(name.removeprefix(".")),
        )
    return tensor
