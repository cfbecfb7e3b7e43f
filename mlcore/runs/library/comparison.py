"""One comparison of a condition: a column, an operator and a typed value."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from mlcore.config import read_number
from mlcore.errors import SettingsError
from mlcore.rules import list_words, nearest, shortened
from mlcore.runs.library.columns import Cell, Column
from mlcore.runs.library.run_info import RunInfo

__all__ = ["OPERATORS", "UNITS", "compared_with"]

OPERATORS: Mapping[str, str] = {name: name for name in ("=", "!=", "<", "<=", ">", ">=", "~")} | {
    "==": "="
}
"""What may be typed → the operator."""

UNITS = ("%", "s", "min", "h")
"""What may follow a number, also after a blank."""

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SECONDS = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}
_SWITCHES = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_NUMBER = re.compile(r"(.*?)(%|s|min|h)?", re.DOTALL)
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d([ T]\d\d(:\d\d(:\d\d)?)?)?)?)?")

Holds = Callable[[RunInfo], bool]


def compared_with(column: Column, sign: str, text: str | None) -> Holds:
    """Whether a run's cell compares like this with what was typed.

    Args:
        column: of the cell.
        sign: one of the values of `OPERATORS`.
        text: what was typed; None: nothing is known of it.

    Raises:
        SettingsError: the text is no such value, or the operator does not fit the column; its
            sentence is the end of one.
    """
    if text is None:
        if sign not in ("=", "!="):
            raise _unfit(column, sign, "= and !=")
        return lambda info: (column.read(info) in (None, "", ())) == (sign == "=")
    if sign == "~" or column.kind == "tags":
        return _held(column, sign, text)
    value, key = _value(column, text)
    if column.kind in ("text", "choice", "switch", "sizes") and sign not in ("=", "!="):
        raise _unfit(column, sign, "=, != and ~")
    compare = _ORDERS[sign]

    def holds(info: RunInfo) -> bool:
        cell = column.read(info)
        return sign == "!=" if cell is None else compare(key(cell), value)

    return holds


def _held(column: Column, sign: str, text: str) -> Holds:
    """Whether a cell holds a text, or a tag is among the tags."""
    if sign not in ("=", "!=", "~"):
        raise _unfit(column, sign, "=, != and ~")
    wanted = text.casefold()

    def holds(info: RunInfo) -> bool:
        cell = column.read(info)
        items = [str(item).casefold() for item in (cell if isinstance(cell, tuple) else (cell,))]
        if column.kind == "tags" and sign != "~":
            return (wanted in items) == (sign == "=")
        return cell is not None and any(wanted in item for item in items)

    return holds


def _value(column: Column, text: str) -> tuple[Any, Callable[[Any], Any]]:
    """The value that a text means, and what makes a cell comparable with it."""
    match column.kind:
        case "choice":
            return _choice(column, text), _same
        case "switch":
            if text.casefold() not in _SWITCHES:
                raise _no_value(column, text, "on or off")
            return _SWITCHES[text.casefold()], _same
        case "sizes":
            words = re.split(r"[\s,x×·-]+", text.strip())
            if not all(word.isdecimal() for word in words):
                raise _no_value(column, text, "whole numbers, such as 128,64")
            return tuple(int(word) for word in words), _same
        case "moment":
            if not _MOMENT.fullmatch(text):
                raise _no_value(column, text, "a day or the beginning of one, such as 2026-11-28")
            return text.replace("T", " "), lambda cell: _written(cell)[: len(text)]
        case "text" | "tags":
            return text.casefold(), lambda cell: str(cell).casefold()
    return _number(column, text), _same


def _same(cell: Cell) -> Cell:
    return cell


def _choice(column: Column, text: str) -> str:
    wanted = re.sub(r"[-\s]+", "_", text.casefold())
    if wanted not in column.choices:
        raise SettingsError(
            "{column} cannot be {value!r}{hint}, but {choices}",
            column=column.name,
            value=shortened(text),
            hint=nearest(wanted, column.choices),
            choices=list_words(column.choices, "or"),
        )
    return wanted


def _number(column: Column, text: str) -> float:
    """A number, with the unit that its column may have."""
    found = _NUMBER.fullmatch(text.casefold())
    digits, unit = (found[1].strip(), found[2] or "") if found else (text, "")
    number = read_number(digits.replace(",", ".") if digits.count(",") == 1 else digits)
    share, seconds = column.kind == "share", column.kind == "seconds"
    if (
        isinstance(number, str)
        or (unit == "%" and not share)
        or (unit in _SECONDS and unit and not seconds)
    ):
        example = {"share": "0.97 or 97 %", "seconds": "90 s, 2 min or 1 h"}
        raise _no_value(column, text, example.get(column.kind, "a number"))
    if share:
        return number / 100 if unit == "%" or number > 1 else number
    return number * _SECONDS[unit] if seconds else number


def _written(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _no_value(column: Column, text: str, example: str) -> SettingsError:
    return SettingsError(
        "{column} must be compared with {example}, but got {value!r}",
        column=column.name,
        example=example,
        value=shortened(text),
    )


def _unfit(column: Column, sign: str, signs: str) -> SettingsError:
    return SettingsError(
        "{column} can be compared by {signs} only, but got {sign}",
        column=column.name,
        signs=signs,
        sign=sign,
    )
