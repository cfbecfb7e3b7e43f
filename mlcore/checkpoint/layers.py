"""The layers that a file may have, and what is said of tensors that do not fit them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.errors import CheckpointError

__all__ = ["Linear", "Norm", "check_number", "missing", "wrong_shape"]

_FLOATS = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A matrix and its bias, and what their numbers are computed from.

    Attributes:
        name: in the file.
        weight: the matrix, or what it is computed from.
        bias: None where the layer has none.
        flipped: whether the matrix is stored as (inputs, outputs).
        mask, bias_mask: of a pruned layer, to multiply with.
        gain: of a weight-normed layer: the lengths of the matrix's rows.
        vectors: of a spectrally normed layer: the left and right singular vector.
    """

    name: str
    weight: Stub
    bias: Stub | None = None
    flipped: bool = False
    mask: Stub | None = None
    bias_mask: Stub | None = None
    gain: Stub | None = None
    vectors: tuple[Stub, Stub] | None = None

    @property
    def inputs(self) -> int:
        """Numbers that it takes."""
        return self.weight.shape[0 if self.flipped else 1]

    @property
    def outputs(self) -> int:
        """Numbers that it gives."""
        return self.weight.shape[1 if self.flipped else 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A batch normalisation with its averages.

    Attributes:
        name: in the file.
        mean, variance: its averages.
        weight, bias: None where it has none (`affine=False`).
        counter: None where the file has none.
        epsilon: what is added to the variance.
    """

    name: str
    mean: Stub
    variance: Stub
    weight: Stub | None = None
    bias: Stub | None = None
    counter: Stub | None = None
    epsilon: float = 1e-5

    @property
    def width(self) -> int:
        """Numbers that it takes and gives."""
        return self.mean.shape[0]


def missing(name: str) -> CheckpointError:
    """What is said of a tensor that is not there."""
    return CheckpointError(
        "The state dict lacks `{name}`: save the whole state dict of the model.",
        name=printable(name.removeprefix(".")),
    )


def wrong_shape(name: str, stub: Stub, wanted: tuple[int, ...]) -> CheckpointError:
    """What is said of a tensor whose shape does not go with its layer's."""
    return CheckpointError(
        "`{name}` has shape {shape}, where its layer needs {wanted} ({count:,} numbers): "
        "save the state dict of one model.",
        name=printable(name.removeprefix(".")),
        shape=shape_text(stub.shape),
        wanted=shape_text(wanted),
        count=math.prod(wanted),
    )


def check_number(name: str, stub: Stub | None) -> None:
    """Make sure that a tensor holds numbers of a kind that weights have.

    Raises:
        CheckpointError: it holds integers or the like.
    """
    if stub is not None and stub.dtype not in _FLOATS:
        raise CheckpointError(
            "`{name}` holds {dtype} numbers, where a model has float32: "
            "convert the tensor and save it again.",
            name=printable(name.removeprefix(".")),
            dtype=stub.dtype,
        )
