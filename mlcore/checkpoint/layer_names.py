"""What the names in a state dict say: which tensors make a layer, and in what order layers come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from mlcore.checkpoint.untrusted.rebuild import Stub
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError

__all__ = [
    "are_numbered",
    "are_ours",
    "group_layers",
    "names_without_wrappers",
    "natural_order",
    "our_order",
    "place_in_sequence",
    "split_name",
    "without_prefix",
]

T = TypeVar("T")
# Of DataParallel, torch.compile, FSDP and Lightning; they may stand between other parts, too.
_WRAPPERS = re.compile(r"(?:(?<=\.)|^)(?:module|_orig_mod|_fsdp_wrapped_module|_forward_module)\.")
_OURS = re.compile(r"(fc|bn)([1-9]\d{0,2})")
_GAPS = 8  # layers that may be missing, at most
_FIELDS = {
    "kernel": "kernel",  # of Keras and Flax, stored as (inputs, outputs)
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""Other frameworks' names → ours."""

_JOINED = re.compile(r"(.+?)[_-](weights?|bias(?:es)?|kernel|w|b)", re.IGNORECASE)
_NUMBERED = re.compile(r"(weights?|bias(?:es)?|kernel|w|b)_?(\d{1,3})", re.IGNORECASE)
_SINGLE = re.compile(r"weight|bias|kernel|(weight|bias)_[ih]h_l\d.*|in_proj_(weight|bias)")
_SHORT = {"w": "weight", "weights": "weight", "b": "bias", "biases": "bias"}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def group_layers(tensors: Mapping[str, Stub]) -> dict[str, dict[str, Stub]]:
    """Group by layer: "fc1" → {"weight": …, "bias": …}; wrappers' prefixes are dropped.

    Raises:
        CheckpointError: a layer has a tensor twice.
    """
    layers: dict[str, dict[str, Stub]] = {}
    for full, stub in tensors.items():
        layer, field = split_name(full)
        known = layers.get(layer, {}).get(field)
        if known is not None and known != stub:
            raise CheckpointError(
                "`{name}` belongs to no layer of its own: "
                "a state dict has names such as `fc1.weight`.",
                name=printable(full),
            )
        layers.setdefault(layer, {})[field] = stub
    return layers


def names_without_wrappers(values: Mapping[str, T]) -> dict[str, T]:
    """Values by the names of layers, the prefixes of wrappers dropped."""
    return {_WRAPPERS.sub("", f"{name}.").removesuffix("."): v for name, v in values.items()}


def without_prefix(names: Sequence[str]) -> dict[str, str]:
    """Layer → the same without the first parts that all layers share ("net.fc1" → "fc1")."""
    parts = [name.split(".") for name in names]
    shared = 0
    while all(len(part) > shared + 1 and part[shared] == parts[0][shared] for part in parts):
        shared += 1
    return {name: ".".join(part[shared:]) for name, part in zip(names, parts, strict=True)}


def are_ours(names: Iterable[str], count: int) -> bool:
    """Whether `count` layers are named as in `mlcore.model.MLP`: fc1, bn1, fc2 and so on.

    "fc21" among a few layers is no such number, but the first of two layers at one place.
    """
    found = [_OURS.fullmatch(name) for name in names]
    return all(match is not None and int(match[2]) <= count + _GAPS for match in found)


def our_order(name: str) -> tuple[int, int]:
    """Sort key of our own names: each batch norm behind its linear layer."""
    match = _OURS.fullmatch(name)
    assert match is not None
    return int(match[2]), ("fc", "bn").index(match[1])


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts "2" before "10", and "first" before "second"."""
    for number, word in enumerate(_ORDINALS, start=1):
        name = name.replace(word, str(number))
    return [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d{1,9})", name)
    ]


def are_numbered(names: Iterable[str]) -> bool:
    """Whether names differ in a number alone, which then gives their order."""
    return len({_skeleton(name) for name in names}) <= 1


def place_in_sequence(name: str) -> tuple[str, int] | None:
    """Container and number of a module of an `nn.Sequential`: "net.3" → ("net", 3)."""
    parent, _, last = name.rpartition(".")
    return (parent, int(last)) if re.fullmatch(r"\d{1,4}", last) else None


def split_name(name: str) -> tuple[str, str]:
    """Layer and field: "net.fc1.weight" → ("net.fc1", "weight"); no field where it has none."""
    name = _WRAPPERS.sub("", name)
    name = name.removesuffix(":0").replace("/", ".")  # as in "dense/kernel:0"
    layer, found, rest = name.rpartition(".parametrizations.")
    if found or name.startswith("parametrizations."):
        return layer, (rest if found else name.removeprefix("parametrizations."))
    layer, _, field = name.rpartition(".")
    if match := _NUMBERED.fullmatch(field):  # as in "W1" and "b1"
        return f"{layer}.{match[2]}".removeprefix("."), _field(match[1])
    if layer:
        return layer, _field(field)
    if _SINGLE.fullmatch(field):  # the state dict of a single layer
        return "", field
    match = _JOINED.fullmatch(field)
    return (match[1], _field(match[2])) if match else (field, "")


def _field(name: str) -> str:
    short = _SHORT.get(name.lower())
    return short or _FIELDS.get(name, name)


def _skeleton(name: str) -> str:
    for word in _ORDINALS:
        name = name.replace(word, "0")
    return re.sub(r"[\d_]+|(?<![A-Za-z])[A-Za-z]$", "", name)
