"""One definition of each setting's range and help, for validation, sliders and the shell."""

from __future__ import annotations

import difflib
import math
import re
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from typing_extensions import Doc

from mlcore.errors import MlcoreError, SettingsError
from mlcore.words import Translate, in_english

__all__ = ["Rule", "Value", "did_you_mean", "list_words", "named", "nearest", "shortened"]

_LARGEST = 10**30  # more than any setting allows, less than a float holds
_LONGEST = 60  # characters of a value in a sentence

Value = bool | int | float | str | tuple[int, ...]
"""What a setting can hold; JSON writes the tuple as a list."""


class Rule(Doc):
    """Range, unit and help of one setting, put into the `Annotated` type of its field.

    It is a `Doc` (PEP 727), so tools that read documentation from annotations show its text.

    Attributes:
        help: one sentence fragment, unit included; choices stand in braces, as a shell and the page
            name them otherwise.
        low, high: inclusive bounds; None is open. For tuples they bound each element.
        above, below: exclusive bounds; None is open.
        label: the setting's name on the page.
        log: a slider should move in powers of ten.
        slider: the values between which a slider moves; typed values may use the whole range.
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
        super().__init__(named(help))
        self.help, self.label = help, label
        self.low, self.high, self.above, self.below = low, high, above, below
        self.log, self.slider = log, slider
        self.applies = dict(applies or {})

    def range_words(self, translate: Translate = in_english) -> str:
        """The range in words: "at least 1 and at most 10,000"; empty when open."""
        words = self._range()
        return translate(words.template, **words.values) if words else ""

    def _range(self) -> MlcoreError | None:
        """The range as a part of an error's sentence."""
        low, above, high, below = self.low, self.above, self.high, self.below
        if low is not None and high is not None:
            return MlcoreError("at least {low:,} and at most {high:,}", low=low, high=high)
        if low is not None and below is not None:
            return MlcoreError("at least {low:,} and below {below:,}", low=low, below=below)
        if above is not None and high is not None:
            return MlcoreError("above {above:,} and at most {high:,}", above=above, high=high)
        if above is not None and below is not None:
            return MlcoreError("above {above:,} and below {below:,}", above=above, below=below)
        if low is not None:
            return MlcoreError("at least {low:,}", low=low)
        if above is not None:
            return MlcoreError("above {above:,}", above=above)
        if high is not None:
            return MlcoreError("at most {high:,}", high=high)
        return MlcoreError("below {below:,}", below=below) if below is not None else None

    def holds(self, number: float) -> bool:
        """Whether `number` is finite and inside the range."""
        if isinstance(number, int) and abs(number) > _LARGEST:
            return False  # it may be more than a float can hold
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
                raise SettingsError(
                    "`{name}` must be true or false, but got {value!r}.",
                    name=name,
                    value=shortened(value),
                )
            return value
        if kind is str:
            if not isinstance(value, str) or not _is_text(value):
                raise SettingsError(
                    "`{name}` must be text, but got {value!r}.", name=name, value=shortened(value)
                )
            return value
        if get_origin(kind) is tuple:
            if not isinstance(value, list | tuple):
                raise SettingsError(
                    "`{name}` must be whole numbers such as [128, 64], but got {value!r}.",
                    name=name,
                    value=shortened(value),
                )
            return tuple(self._check_item(name, item) for item in value)
        return self._check_number(name, value, kind)

    def _check_choice(self, name: str, value: Any, choices: tuple[Any, ...]) -> Value:
        if not isinstance(value, str) or value not in choices:
            raise SettingsError(
                "`{name}` must be one of {choices}, but got {value!r}{hint}.",
                name=name,
                choices=", ".join(choices),
                value=shortened(value),
                hint=nearest(str(value), choices),
            )
        return value

    def _check_number(self, name: str, value: Any, kind: type) -> int | float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and kind is int and isinstance(value, float):
            number = value.is_integer()
        if not number or not self.holds(value):
            raise self._no_such_number(name, value, whole=kind is int)
        return int(value) if kind is int else float(value)

    def _check_item(self, name: str, item: Any) -> int:
        try:
            return int(self._check_number(name, item, int))
        except SettingsError as error:
            if self._range() is None:
                raise
            raise SettingsError(
                "Each of `{name}` must be a whole number {range}, but got {value!r}.",
                **error.values,
            ) from error

    def _no_such_number(self, name: str, value: Any, *, whole: bool) -> SettingsError:
        values = {"name": name, "range": self._range(), "value": shortened(value)}
        if values["range"] and whole:
            return SettingsError(
                "`{name}` must be a whole number {range}, but got {value!r}.", **values
            )
        if values["range"]:
            return SettingsError("`{name}` must be a number {range}, but got {value!r}.", **values)
        if whole:
            return SettingsError("`{name}` must be a whole number, but got {value!r}.", **values)
        return SettingsError("`{name}` must be a number, but got {value!r}.", **values)


def named(text: str, name: Callable[[str], str] = str, translate: Translate = in_english) -> str:
    """A text whose choices stand in braces, with their names in their place.

    Args:
        text: such as "the peak of a {one_cycle} schedule".
        name: what a choice is called; by itself in a shell.
        translate: puts the names in.
    """
    choices = (choice for _, choice, _, _ in string.Formatter().parse(text) if choice)
    return translate(text, **{choice: name(choice) for choice in choices})


def shortened(value: Any) -> Any:
    """A value as a sentence quotes it: one that would fill a screen is cut, and its length said."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        digits = int(math.log10(abs(value))) + 1
        return f"a number of {digits:,} digits"
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= _LONGEST:
        return value
    return f"{text[:_LONGEST]}… ({len(text):,} characters)"


def _is_text(value: str) -> bool:
    """Whether it can be kept in a file: no halves of characters, nothing that ends a C string."""
    return value.isprintable() or not re.search("[\x00\ud800-\udfff]", value)


def list_words(items: Iterable[object], joint: str = "and") -> str:
    """Join items for a sentence: "a", "a or b", "a, b or c"."""
    words = [str(item) for item in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def nearest(word: str, choices: Iterable[str]) -> MlcoreError:
    """A hint for a sentence about a misspelt name: ` (did you mean "sgd"?)`, or nothing."""
    names = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word[:100].casefold(), list(names), n=1)
    return did_you_mean(names[close[0]]) if close else MlcoreError()


def did_you_mean(name: str) -> MlcoreError:
    """The hint that a person means this name."""
    return MlcoreError(' (did you mean "{name}"?)', name=name)
