"""One setting that a sweep varies: its values, as a person writes them and as they are drawn.

    NAME=LOW..HIGH          a range, both ends in it
    NAME=LOW..HIGH:log      drawn evenly over powers of ten
    NAME=LOW..HIGH:step=S   LOW, LOW + S, LOW + 2 S and so on, up to HIGH
    NAME=A,B,C              these values, and no others
    NAME=A|B|C              the same; where a value has commas itself, as those of model.hidden,
                            only `|` separates: "64|128,64" is 64, and 128 before 64

Blanks around a value do not count. Two values at least: one is no choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mlcore.config import EXECUTION, Setting, find_setting, parse, read_number
from mlcore.errors import MlcoreError, SettingsError
from mlcore.rules import Value, shortened
from mlcore.words import as_text

__all__ = ["FIXED", "Dimension", "parse_dimension"]

_WIDE = {0xFF0C: ",", 0xFF5C: "|", 0xFF1D: "="}  # the same marks from a Chinese keyboard
_MOST_VALUES = 1_000  # of one setting
_INCOMPARABLE = MlcoreError(
    "the trials would be validated on different images, and could not be compared"
)
_EXECUTION = MlcoreError("it says where and how to compute, and changes no figure")
FIXED = {
    **dict.fromkeys(("data.name", "data.validation", "data.train_limit"), _INCOMPARABLE),
    **dict.fromkeys(EXECUTION, _EXECUTION),
    "train.seed": MlcoreError(
        "the best of many seeds is the luckiest; `mlcore train --seeds` trains several"
    ),
}
"""Setting → why no sweep varies it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A setting and the values that its trials may have.

    Attributes:
        name: dotted, as in "optim.lr".
        values: the values to choose from; empty for a range.
        low, high: the ends of a range, both in it.
        log: the range is drawn evenly over powers of ten.
        step: between two values of the range; None: any number (any whole one of a whole setting).
    """

    name: str
    values: tuple[Value, ...] = ()
    low: float = 0
    high: float = 0
    log: bool = False
    step: float | None = None

    @property
    def setting(self) -> Setting:
        """The setting itself."""
        return find_setting(self.name)

    @property
    def whole(self) -> bool:
        """Whether it is a range of whole numbers."""
        return not self.values and self.setting.kind is int

    @property
    def texts(self) -> tuple[str, ...]:
        """The values to choose from, as `parse` reads them back."""
        return tuple(as_text(value, ",") for value in self.values)

    @property
    def text(self) -> str:
        """The dimension as a person may write it; `parse_dimension` gives it back."""
        if self.values:
            return f"{self.name}={'|'.join(self.texts)}"
        end = ":log" if self.log else "" if self.step is None else f":step={as_text(self.step)}"
        return f"{self.name}={as_text(self.low)}..{as_text(self.high)}{end}"

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values, or the two ends of the range."""
        return self.values or (self.low, self.high)

    def rounded(self, drawn: float) -> float:
        """A drawn number with four digits, as people write one; more where the range is narrow."""
        narrow = self.step is not None or self.high - self.low < self.high / 100
        return min(max(float(f"{drawn:.{12 if narrow else 4}g}"), self.low), self.high)

    def count(self) -> int | None:
        """How many values it has; None where they cannot be counted, or are drawn over powers."""
        if self.values:
            return len(self.values)
        step = self.step or (1 if self.whole and not self.log else None)
        if step is None:
            return None
        return int((Decimal(str(self.high)) - Decimal(str(self.low))) // Decimal(str(step))) + 1

    def listed(self) -> tuple[Value, ...]:
        """All values of a dimension that can be counted, in order."""
        if self.values:
            return self.values
        low, step = Decimal(str(self.low)), Decimal(str(self.step or 1))
        numbers = (low + index * step for index in range(self.count() or 0))
        return tuple(int(one) if self.whole else float(one) for one in numbers)


def parse_dimension(text: str) -> Dimension:
    """Read one `--space`.

    Raises:
        SettingsError: it names no setting, one that no sweep varies, or values that it cannot have.
    """
    name, equals, values = text.translate(_WIDE).partition("=")
    name = name.strip().replace("-", "_")
    if not equals or not name:
        raise SettingsError(
            "`--space` takes a setting and its values, as in optim.lr=1e-4..1:log or "
            "optim.name=sgd,adamw, but got {text!r}.",
            text=shortened(text),
        )
    setting = find_setting(name)
    if name in FIXED:
        raise SettingsError(
            "A sweep cannot vary `{name}`: {reason}.", name=name, reason=FIXED[name]
        )
    if ".." in values and setting.kind in (int, float):
        return _range(setting, values)
    return _choice(setting, values)


def _choice(setting: Setting, text: str) -> Dimension:
    listed = isinstance(setting.default, tuple)
    words = text.split("|" if listed or "|" in text else ",")
    if len(words) > _MOST_VALUES:
        raise SettingsError(
            "`{name}` can have {most:,} values in a sweep, but got {count:,}: leave some out.",
            name=setting.name,
            most=_MOST_VALUES,
            count=len(words),
        )
    if not text.strip():
        raise SettingsError(
            "`{name}` has no values to vary over: write some, as in 0.001..1:log or sgd,adamw.",
            name=setting.name,
        )
    if not all(word.strip() for word in words):
        raise SettingsError(
            "`{name}` has an empty value in {text!r}: write one between two separators "
            "(for no hidden layers, none).",
            name=setting.name,
            text=shortened(text),
        )
    values = tuple(parse(setting.name, word.strip()) for word in words)
    for index, value in enumerate(values):
        if value in values[:index]:
            raise SettingsError(
                "`{name}` has the value {value} twice in {text!r}: write it once.",
                name=setting.name,
                value=as_text(value, ","),
                text=shortened(text),
            )
    if len(values) == 1:
        raise SettingsError(
            "`{name}` has one value only, {value}: write several, as in sgd,adamw or 64|128,64, "
            "or give that value to all trials, as a setting that does not vary.",
            name=setting.name,
            value=as_text(values[0], ","),
        )
    return Dimension(name=setting.name, values=values)


def _range(setting: Setting, text: str) -> Dimension:
    ends, colon, option = (part.strip() for part in text.partition(":"))
    low, high = (_end(setting, word.strip(), text) for word in _two(setting, ends, text))
    if low >= high:
        raise SettingsError(
            "The range of `{name}` must begin below its end, but got {text!r}.",
            name=setting.name,
            text=shortened(text),
        )
    step: float | None = None
    if option.startswith("step="):
        step = _step(setting, option.removeprefix("step=").strip(), high - low)
    elif colon and option != "log":
        raise SettingsError(
            "A range can end in :log or :step=NUMBER, but got {option!r} for `{name}`.",
            option=shortened(f":{option}"),
            name=setting.name,
        )
    if option == "log" and low <= 0:
        raise SettingsError(
            "The range of `{name}` must begin above 0 to be drawn over powers of ten, but got "
            "{text!r}: leave out :log, or begin at 1e-5, say.",
            name=setting.name,
            text=shortened(text),
        )
    return Dimension(name=setting.name, low=low, high=high, log=option == "log", step=step)


def _two(setting: Setting, text: str, whole: str) -> list[str]:
    words = text.split("..")
    if len(words) != 2 or "..." in text:
        raise SettingsError(
            "The range of `{name}` must be two numbers with .. in between, but got {text!r}.",
            name=setting.name,
            text=shortened(whole),
        )
    return words


def _end(setting: Setting, word: str, text: str) -> float:
    number = read_number(word)
    if isinstance(number, str):
        raise SettingsError(
            "The range of `{name}` must be two numbers with .. in between, but got {text!r}.",
            name=setting.name,
            text=shortened(text),
        )
    checked = setting.rule.check(setting.name, number, setting.kind)
    assert isinstance(checked, int | float)
    return checked


def _step(setting: Setting, word: str, width: float) -> float:
    number = read_number(word)
    whole = setting.kind is int
    fits = not isinstance(number, str) and 0 < number <= width
    if isinstance(number, str) or not fits or (whole and not float(number).is_integer()):
        raise SettingsError(
            "The step of `{name}` must be a number above 0 that fits into its range, and a whole "
            "one where the setting is, but got {word!r}.",
            name=setting.name,
            word=shortened(word),
        )
    return int(number) if whole else float(number)
