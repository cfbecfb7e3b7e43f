"""One definition of each setting's range and help, for validation, sliders and the shell."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from typing_extensions import Doc

from mlcore.errors import SettingsError

__all__ = ["Rule", "Value", "list_words", "nearest"]

Value = bool | int | float | str | tuple[int, ...]
"""What a setting can hold; JSON writes the tuple as a list."""


class Rule(Doc):
    """Range, unit and help of one setting, put into the `Annotated` type of its field.

    It is a `Doc` (PEP 727), so tools that read documentation from annotations show its text.

    Attributes:
        help: one sentence fragment, unit included.
        low, high: inclusive bounds; None is open. For tuples they bound each element.
        above, below: exclusive bounds; None is open.
        label: what a page writes beside the widget.
        log: a slider should move in powers of ten.
        slider: the stretch of values a slider shows; typed values may use the whole range.
        applies: other settings (dotted names) and the values of them for which this one means
            something; elsewhere only its default is accepted, and pages hide it.
    """

    def __init__(
        self,
        help: str,
        *,
        label: str,
        low: float | None = None,
        high: float | None = None,
        above: float | None = None,
        below: float | None = None,
        log: bool = False,
        slider: tuple[float, float] | None = None,
        applies: Mapping[str, tuple[Value, ...]] | None = None,
    ) -> None:
        super().__init__(help)
        self.help, self.label = help, label
        self.low, self.high, self.above, self.below = low, high, above, below
        self.log, self.slider = log, slider
        self.applies = dict(applies or {})

    def range_words(self) -> str:
        """The range in words: "at least 1 and at most 10,000"; empty when open."""
        bounds = (
            ("at least", self.low),
            ("above", self.above),
            ("at most", self.high),
            ("below", self.below),
        )
        return " and ".join(f"{word} {bound:,}" for word, bound in bounds if bound is not None)

    def holds(self, number: float) -> bool:
        """Whether `number` is finite and inside the range."""
        return (
            math.isfinite(number)
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    def check(self, name: str, value: Any, kind: Any) -> Value:
        """Return `value` as `kind` (an int given for a float becomes a float).

        Raises:
            SettingsError: it has the wrong type, is no choice of `kind`, or is out of range.
        """
        if get_origin(kind) is Literal:
            return self._check_choice(name, value, get_args(kind))
        if kind is bool:
            if not isinstance(value, bool):
                raise SettingsError(f"`{name}` must be true or false, but got {value!r}.")
            return value
        if kind is str:
            if not isinstance(value, str):
                raise SettingsError(f"`{name}` must be text, but got {value!r}.")
            return value
        if get_origin(kind) is tuple:
            if not isinstance(value, list | tuple):
                raise SettingsError(
                    f"`{name}` must be whole numbers such as [128, 64], but got {value!r}."
                )
            return tuple(int(self._check_number(name, item, int)) for item in value)
        return self._check_number(name, value, kind)

    def _check_choice(self, name: str, value: Any, choices: tuple[Any, ...]) -> Value:
        if not isinstance(value, str) or value not in choices:
            hint = nearest(str(value), choices)
            raise SettingsError(
                f"`{name}` must be one of {list_words(choices, 'or')}, but got {value!r}{hint}."
            )
        return value

    def _check_number(self, name: str, value: Any, kind: type) -> int | float:
        noun = "a whole number" if kind is int else "a number"
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and kind is int and isinstance(value, float):
            number = value.is_integer()
        if not number or not self.holds(value):
            words = self.range_words()
            raise SettingsError(
                f"`{name}` must be {noun}{words and ' ' + words}, but got {value!r}."
            )
        return int(value) if kind is int else float(value)


def list_words(items: Iterable[object], joint: str = "and") -> str:
    """Join items for a sentence: "a", "a or b", "a, b or c"."""
    words = [str(item) for item in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """A hint for a misspelt name: ` (did you mean "sgd"?)`, or nothing."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
