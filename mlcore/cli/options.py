"""How commands describe their options: as fields of a dataclass, annotated with these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tyro
from tyro.constructors import PrimitiveConstructorSpec

from mlcore.errors import SettingsError
from mlcore.rules import shortened

__all__ = [
    "OPTIONAL",
    "POSITIONAL",
    "REPEATED",
    "RefusedError",
    "argument",
    "raw",
    "switch",
    "text",
    "whole_number",
]


_HIGHEST = 1_000_000_000
_DIGITS = 20  # more are not read


class RefusedError(Exception):
    """Carries a sentence past the parser, which would replace a `ValueError`."""

    def __init__(self, error: SettingsError) -> None:
        super().__init__(error)
        self.error = error


def raw(read: Callable[[list[str]], Any], metavar: str, nargs: int | str = 1) -> Any:
    """Mark an option whose words `read` turns into its value."""
    return PrimitiveConstructorSpec(
        nargs=nargs,  # type: ignore[arg-type]
        metavar=metavar,
        instance_from_str=read,
        is_instance=lambda _: True,
        str_from_instance=_words,
    )


def _words(value: Any) -> list[str]:
    """A default, as one would write it."""
    return [str(item) for item in value] if isinstance(value, tuple) else [str(value)]


POSITIONAL: Any = tyro.conf.Positional
"""Marks an option that is written without a flag."""

REPEATED: Any = tyro.conf.UseAppendAction
"""Marks an option that takes one word and may be given several times."""

OPTIONAL: Any = raw(lambda words: words[0], "TEXT")
"""Marks a `str | None`, so that every text is taken as it is, also "None"."""


def whole_number(name: str, *, low: int, high: int = _HIGHEST) -> Any:
    """Mark an `int | None` that is written as `--name N`, from `low` to `high`."""

    def read(words: list[str]) -> int:
        word = words[0]
        fits = len(word) < _DIGITS
        number = int(word) if word.isdecimal() and fits else None
        if number is not None and low <= number <= high:
            return number
        if high < _HIGHEST:
            problem = SettingsError(
                "`--{name}` must be a whole number from {low} to {high}, but got {value!r}.",
                name=name,
                low=low,
                high=high,
                value=shortened(word),
            )
        elif word.isdecimal() and (number is None or number > high):
            problem = SettingsError(
                "`--{name}` must be at most {high:,}, but got {value!r}.",
                name=name,
                high=high,
                value=shortened(word),
            )
        else:
            problem = SettingsError(
                "`--{name}` must be a whole number, {low} or more, but got {value!r}.",
                name=name,
                low=low,
                value=shortened(word),
            )
        raise RefusedError(problem)

    return raw(read, "N")


def text(help: str, default: str, metavar: str | None = "TEXT") -> Any:
    """Describe an option; `default` says what applies without it."""
    return tyro.conf.arg(help=help, metavar=metavar, help_behavior_hint=f"(default: {default})")


def switch(help: str) -> Any:
    """Describe an option that is off unless it is given."""
    return text(help, "off", metavar=None)


def argument(help: str, metavar: str) -> Any:
    """Describe an argument that is written without a flag, and marked `POSITIONAL`."""
    return tyro.conf.arg(help=help, metavar=metavar, help_behavior_hint="")
