"""How far a file says that training was: epochs, steps and the loss.

A full file states each as it must be. In other files they are whatever somebody put there, a
history for instance, and what cannot be used is left out with a word about it.
"""

from __future__ import annotations

import math
from typing import Any

from mlcore.checkpoint.forms import RawCheckpoint
from mlcore.checkpoint.stated import read_count
from mlcore.checkpoint.untrusted.inert import type_name
from mlcore.checkpoint.untrusted.source import printable
from mlcore.checkpoint.untrusted.tensor_reader import TensorReader
from mlcore.errors import CheckpointError, Notice

__all__ = ["read_progress"]

_DIGITS = 15  # of a count that is written as text


def read_progress(
    raw: RawCheckpoint, reader: TensorReader
) -> tuple[dict[str, Any], tuple[Notice, ...]]:
    """Epoch, step and loss, each None where there is none; and what was left out.

    Raises:
        CheckpointError: a full file states what no training can have.
    """
    given = {name: reader.number(getattr(raw, name)) for name in ("epoch", "step", "loss")}
    left_out: list[Notice] = []
    if raw.form == "tutorial":
        for name in ("epoch", "step"):
            given[name] = _count(name, given[name], left_out)
    found: dict[str, Any] = {name: read_count(name, given[name]) for name in ("epoch", "step")}
    found["loss"] = _loss(given["loss"], raw.form == "tutorial", left_out)
    return found, tuple(left_out)


def _count(name: str, value: Any, left_out: list[Notice]) -> int | None:
    """A count as people write it: 4, 4.0 or "4"."""
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    if type(value) is float and value.is_integer() and 0 <= value < 2**53:
        return int(value)
    if value is None or (type(value) is int and 0 <= value < 2**53):
        return value
    left_out.append(
        Notice(
            "`{name}` in the file is {value}, no count from 0 on, and was left out.",
            name=name,
            value=_words(value),
        )
    )
    return None


def _loss(value: Any, lenient: bool, left_out: list[Notice]) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float):
        if not lenient:
            raise CheckpointError(
                "`loss` in the file must be a number, but is {value}: save float(loss).",
                value=_words(value),
            )
        left_out.append(
            Notice(
                "`loss` in the file is {value}, no single number, and was left out.",
                value=_words(value),
            )
        )
        return None
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        left_out.append(Notice("The loss in the file is not finite, and was left out."))
        return None
    return number


def _words(value: Any) -> str:
    """A value in a sentence: itself where it is short, else what it is."""
    if value is None or type(value) in (bool, int, float, str):
        return printable(repr(value), 30)
    return f"a {printable(type_name(value))}"
