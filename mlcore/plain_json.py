"""JSON objects of our own files, read from any bytes: whole and plain, or not at all.

A file that this program wrote may come back as anything: cut, zeroed, edited by hand, put there by
somebody else. What is read here can be compared, computed with, printed and written again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from mlcore.files import read_bytes

__all__ = ["FILE_BYTES", "parse_object", "read_object", "whole_text"]

FILE_BYTES = 2**24
"""Bytes of a file that is read whole, at most; ours have a few thousand."""

_MARK = b"\xef\xbb\xbf"  # with which some editors begin a file
_DEPTH = 32  # levels of lists and objects; ours have five
_DIGITS = 20  # of a whole number: all that 64 bits hold, and each is a finite float

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_object(path: Path, most: int = FILE_BYTES) -> dict[str, Any]:
    """The JSON object that a file holds.

    Args:
        path: the file.
        most: bytes that it may have.

    Raises:
        OSError: there is no such file, it is no regular file, or it cannot be read.
        ValueError: it holds something else.
    """
    return parse_object(read_bytes(path, most).removeprefix(_MARK))


def parse_object(text: bytes) -> dict[str, Any]:
    """The JSON object in these bytes, with nothing in it that JSON cannot hold.

    Numbers are finite, whole ones fit 64 bits, and texts can be written as UTF-8.

    Raises:
        ValueError: they are no such object, or it is nested too deep.
    """
    try:
        found = _DECODER.decode(text.decode())
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    if text.count(b"[") + text.count(b"{") > _DEPTH:  # else it cannot be deeper
        _check_depth(found)
    if _ESCAPED_SURROGATE.search(text):
        return {whole_text(key): _whole(value) for key, value in found.items()}
    return found


def whole_text(text: str) -> str:
    """A text without halves of characters, which no file and no page can take: `�` instead."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number with too many digits")
    return int(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse("Infinity")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_finite, parse_constant=_refuse)


def _check_depth(tree: Any) -> None:
    level = [tree]
    for _ in range(_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise ValueError("nested too deep")


def _children(value: Any) -> Iterator[Any]:
    values = value.values() if isinstance(value, dict) else value
    return (child for child in values if isinstance(child, dict | list))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {whole_text(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
