"""Texts that people give a run, as they are kept: fit for a terminal, a page and a file."""

from __future__ import annotations

import re

from mlcore.errors import SettingsError
from mlcore.plain_json import whole_text

__all__ = ["LONGEST_NAME", "check_name", "clean_lines", "one_line"]

LONGEST_NAME = 200  # characters

_CONTROL = re.compile(  # and what turns the direction of the text that follows
    r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def one_line(name: str) -> str:
    """A name as it is kept: one line of 200 characters at most."""
    return _line(name)[:LONGEST_NAME].strip()


def check_name(name: str) -> str:
    """A name that a person gives, as it is kept.

    Raises:
        SettingsError: it is too long.
    """
    line = _line(name)
    if len(line) > LONGEST_NAME:
        raise SettingsError(
            "A name has {most} characters at most, but got {count:,}: shorten it.",
            most=LONGEST_NAME,
            count=len(line),
        )
    return line


def _line(name: str) -> str:
    return " ".join(_CONTROL.sub(" ", whole_text(name)).split())


def clean_lines(text: str) -> str:
    """Lines without control characters, and without blank lines around them."""
    lines = whole_text(text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", lines).strip()
