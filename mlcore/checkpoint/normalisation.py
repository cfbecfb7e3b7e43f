"""How images were normalised, by a file's description or what it calls `mean` and `std`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlcore.checkpoint.architecture import Architecture
from mlcore.checkpoint.forms import RawCheckpoint
from mlcore.checkpoint.untrusted.inert import type_name
from mlcore.checkpoint.untrusted.source import printable
from mlcore.checkpoint.untrusted.tensor_reader import TensorReader
from mlcore.config import SETTINGS, DataConfig, RunConfig
from mlcore.errors import Notice

__all__ = ["Normalisation", "read_normalisation"]

_TEXT = re.compile(r"[\[(]?\s*(-?\d{0,9}\.?\d{1,20}(?:[eE]-?\d{1,2})?)\s*,?\s*[\])]?", re.ASCII)
"""A single number as text, perhaps as a list of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalisation:
    """How pixels from 0 to 1 are normalised.

    Attributes:
        mean, std: taken off, and divided by.
        named: whether they are numbers that stand beside the model or in it.
        names: of the tensors in the state dict that say it.
        notices: why what the file names is not used.
    """

    mean: float
    std: float
    named: bool = False
    names: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def read_normalisation(
    raw: RawCheckpoint,
    found: Architecture,
    reader: TensorReader,
    config: RunConfig | None,
    data: Mapping[str, Any] | None,
) -> Normalisation:
    """What the file's description says, else its settings; else what it names `mean` and `std`.

    Without any of them, the quick start's.
    """
    if data is not None:
        return Normalisation(mean=data["mean"], std=data["std"])
    usual = config.data if config else DataConfig()
    if config is not None:
        return Normalisation(mean=usual.mean, std=usual.std)
    names = _buffers(found.unused)
    inside = tuple(raw.model[name] for name in names)
    named = raw.normalisation or inside
    if len(named) != 2:
        return Normalisation(mean=usual.mean, std=usual.std)
    mean, std = (_single(value, reader) for value in named)
    if inside and [mean, std] != [_single(value, reader) for value in inside]:
        notice = Notice(
            "The file names two normalisations, one beside its model and one in it, and none was "
            "taken: state the mean and standard deviation of the data."
        )
        return Normalisation(mean=usual.mean, std=usual.std, notices=(notice,))
    good = mean is not None and SETTINGS["data.mean"].rule.holds(mean)
    if good and mean is not None and std is not None and SETTINGS["data.std"].rule.holds(std):
        return Normalisation(mean=mean, std=std, named=True, names=names)
    notice = Notice(
        "`mean` and `std` in the file are {mean} and {std}, no two numbers by which pixels from "
        "0 to 1 are normalised here, and were left out: state such numbers as mean and standard "
        "deviation of the data.",
        mean=_words(named[0], mean),
        std=_words(named[1], std),
    )
    return Normalisation(mean=usual.mean, std=usual.std, names=names, notices=(notice,))


def _buffers(unused: Sequence[str]) -> tuple[str, ...]:
    """The names of one mean and one standard deviation of one module; none where there are more."""
    pairs = [
        (name, f"{name.removesuffix('mean')}std")
        for name in unused
        if name.rpartition(".")[2] == "mean"
    ]
    whole = [pair for pair in pairs if pair[1] in unused]
    return whole[0] if len(whole) == 1 else ()


def _single(value: Any, reader: TensorReader) -> float | None:
    """A number, also as text, as a list of one or as a tensor of one entry."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    value = reader.number(value)
    if isinstance(value, str) and (text := _TEXT.fullmatch(value.strip()[:64])):
        value = float(text[1])
    if type(value) not in (int, float) or abs(value) > 1e9:
        return None
    return float(value)


def _words(value: Any, number: float | None) -> str:
    """A value in a sentence: the number, itself where it is short, else what it is."""
    if number is not None:
        return f"{number:g}"
    plain = (bool, int, float, str, type(None))
    parts = value if type(value) in (list, tuple) else (value,)
    short = len(parts) <= 3 and all(type(part) in plain for part in parts)
    return printable(repr(value), 40) if short else f"a {printable(type_name(value))}"
