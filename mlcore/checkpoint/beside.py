"""What lies in a state dict beside its layers: weights of a loss, counts of a metric, averages."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcore.checkpoint.layer_kinds import is_field
from mlcore.checkpoint.layer_names import split_name
from mlcore.checkpoint.layers import Linear
from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable, shape_text
from mlcore.config import PIXELS
from mlcore.errors import CheckpointError

__all__ = ["StateDict", "check_strangers", "sort_out", "take_vectors_at_the_end"]

# Weights of a loss, the count of an averaged model, a normalisation of the images.
_BESIDE = re.compile(
    r"(?:^|.*[._])(?:n_averaged|pos_weight|class_weights?|(?:\w+_)?loss(?:_\w+)?|criterion|crit"
    r"|ce|nll)(?:[._]\w+)?|(?:.*\.)?(?:mean|std)"
)
_SCORE = re.compile(
    r"(?:^|\.)(?:(?:\w+_)?(?:acc|accuracy|auc|auroc|f1|iou|mae|mse|meters?|metrics?|confmat|confusion)"
    r"(?:_\w+)?|[A-Za-z]*(?:Accuracy|AUROC|F1Score|Precision|Recall|ConfusionMatrix))(?:\.|$)"
)
"""The names of what only counts how good a model is."""

_LEARNED = re.compile(
    r"(?:^|\.|(?<!logit)_)(?:alpha|beta|gamma|slope|scale|gain|gate|mix|res\w*|skip|swish|act"
    r"|activation|\w?relu)\d*(?:[._]|$)|(?:^|\.)\w*\d\.[^.]+$"
)
"""The names of single numbers that a layer or an activation learns, or a module with a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDict:
    """The tensors of a state dict, told apart by their names.

    Attributes:
        layers: those that are named as a layer's are.
        strangers: those that are named as no layer's is.
        unused: names of all others and of the strangers, in the order of the file.
    """

    layers: Mapping[str, Stub]
    strangers: Mapping[str, Stub]
    unused: tuple[str, ...]


def sort_out(tensors: Mapping[str, Stub]) -> StateDict:
    """Tell the tensors of layers from those that belong to none."""
    rest = {name: stub for name, stub in tensors.items() if not _is_beside(name, stub)}
    layers = {
        split_name(name)[0]
        for name, stub in rest.items()
        if stub.shape and is_field(split_name(name)[1])
    }
    used = {name: stub for name, stub in rest.items() if split_name(name)[0] in layers}
    return StateDict(
        layers=used,
        strangers={name: stub for name, stub in rest.items() if name not in used},
        unused=tuple(n for n in tensors if n not in used and not n.endswith("n_averaged")),
    )


def check_strangers(strangers: Mapping[str, Stub], linears: Sequence[Linear]) -> None:
    """Make sure that the model gives its answers without the tensors that belong to no layer.

    What only counts, and what fits no layer by its sizes, has no part in them.

    Raises:
        CheckpointError: one of them may have; the sentence names it.
    """
    taken = {PIXELS, *(layer.inputs for layer in linears)}
    given = taken | {layer.outputs for layer in linears}
    for name, stub in strangers.items():
        sizes = {size for size in stub.shape if size != 1}
        numbers = stub.dtype.startswith(("float", "bfloat"))
        fits = sizes & (given if numbers else taken) if linears else len(sizes) > 1
        learned = numbers and not sizes and _LEARNED.search(name)
        if (fits or learned) and not (_SCORE.search(name) or _BESIDE.fullmatch(name)):
            raise CheckpointError(
                "`{name}` (shape {shape}) is named as no layer's weight is, and may yet be a part "
                "of the model: name it as in `fc1.weight` if it is one, or else save the state "
                "dict without it.",
                name=printable(name),
                shape=shape_text(stub.shape),
            )


def take_vectors_at_the_end(groups: dict[str, dict[str, Stub]]) -> list[str]:
    """Remove vectors behind the last matrix with a number for each class: weights of a loss."""
    shapes = [fields["weight"].shape for fields in groups.values() if "weight" in fields]
    last = [shape for shape in shapes if len(shape) == 2][-1:]
    taken: list[str] = []
    for name, fields in reversed(list(groups.items())):
        if not last or set(fields) != {"weight"} or fields["weight"].shape != last[0][:1]:
            break
        taken.append(f"{name}.weight")
        del groups[name]
    return taken[::-1]


def _is_beside(name: str, stub: Stub) -> bool:
    """Whether a tensor belongs to a loss or the like, and to no layer."""
    vector = max((size for size in stub.shape), default=1) == math.prod(stub.shape) <= PIXELS
    return vector and _BESIDE.fullmatch(name) is not None
