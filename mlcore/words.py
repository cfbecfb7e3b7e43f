"""How numbers and settings are written for people, and marks of texts to be translated.

Each is written in one way, in the shell and on the page. The shell speaks English; the page passes
a `translate` of its own, which is given a text and its values.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from typing import Any

__all__ = [
    "NOT_FINITE",
    "NO_FIGURE",
    "NO_IMAGE",
    "N_",
    "Translate",
    "as_text",
    "counted",
    "display_width",
    "duration",
    "exact_percent",
    "figure",
    "file_size",
    "in_english",
    "mean_figure",
    "mean_percent",
    "on_off",
    "percent",
    "probability",
    "setting_text",
    "share_range",
    "short",
    "signed",
]

NO_FIGURE = "–"
"""Written where there is no figure."""

_TINY = 1e-12
_HUGE = 1e5  # from here on figures have a power of ten


Translate = Callable[..., str]


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a text for translation where it is defined; it is translated where it is shown."""
    return text


NOT_FINITE = N_(
    "The model answers with NaN or infinity, because its weights are too large: "
    "take a checkpoint from before the training diverged."
)
"""What is wrong with a model whose outcomes are not numbers."""

NO_IMAGE = N_(
    "This is no image that can be read: choose a PNG, JPEG, WebP, BMP or GIF that opens "
    "in other programs."
)
"""What is wrong with a file that is no image, in the shell, on the server and in the browser."""


def in_english(text: str, /, **values: Any) -> str:
    """A text with its values filled in."""
    return text.format(**values)


def figure(value: float | None, digits: int = 4) -> str:
    """A number for a table of figures; a dash where there is none, or it is not finite.

    What is too large to be read digit by digit, or would be written as zero and is not, has a
    power of ten: "5.915e+31", "3.2e-07".
    """
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    if abs(value) >= _HUGE or 0 < abs(value) < 0.5 * 10.0**-digits:
        return f"{value:.4g}"
    return f"{value:.{digits}f}"


def signed(value: float | None, digits: int = 4, *, plus: bool = False) -> str:
    """A figure that may be below 0, with a minus as wide as a plus; `plus`: with either sign.

    What is written as zero has no sign.
    """
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    text = f"{abs(value):.{digits}f}" if abs(value) < _HUGE else figure(abs(value))
    if not float(text):
        return text
    return ("−" if value < 0 else "+" if plus else "") + text


def short(value: float | None, digits: int = 4) -> str:
    """A number with as many digits as it needs and no more than these: "0.5", "−1.27", "12,340"."""
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    whole = abs(value) >= 10**digits and abs(value) < _HUGE
    text = f"{abs(value):,.0f}" if whole else f"{abs(value):,.{digits}g}"
    return f"−{text}" if value < 0 else text


def percent(share: float | None, digits: int = 2) -> str:
    """A share of 0 to 1 as "98.12 %"; only what is zero or one is written as zero or all."""
    if share is None:
        return NO_FIGURE
    smallest = 10.0**-digits
    if 0 < share * 100 < smallest:
        return f"< {smallest:.{digits}f} %"
    text = f"{share * 100:.{digits}f} %"
    if share < 1 and text == f"{100:.{digits}f} %":
        return f"> {100 - smallest:.{digits}f} %"
    return text


def probability(share: float, digits: int = 2) -> str:
    """A probability of a softmax in percent: neither nothing nor all, however it was rounded."""
    return percent(min(max(share, _TINY), 1 - _TINY), digits)


def share_range(low: float, high: float, translate: Translate = in_english) -> str:
    """An interval of shares of 0 to 1: "97.83 to 98.37 %"."""
    return translate(N_("{low:.2f} to {high}"), low=low * 100, high=percent(high))


def mean_percent(mean: float | None, sd: float | None) -> str:
    """A share over several runs: "96.61 ± 1.84 %"; without its spread where there is none."""
    if mean is None or sd is None:
        return percent(mean)
    return f"{mean * 100:.2f} ± {sd * 100:.2f} %"


def mean_figure(mean: float | None, sd: float | None) -> str:
    """A figure over several runs: "0.2931 ± 0.0042"; without its spread where there is none."""
    return figure(mean) if mean is None or sd is None else f"{figure(mean)} ± {figure(sd)}"


def exact_percent(right: int, total: int) -> str:
    """An accuracy with digits enough to show one image of `total`, two at least: "98.12 %"."""
    if total <= 0:
        return NO_FIGURE
    digits = max(2, len(str(total - 1)) - 2)
    return f"{right / total * 100:.{digits}f} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number before its noun: "1 mistake", "1,204 mistakes"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def display_width(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese characters take two, accents alone none."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def file_size(count: int, translate: Translate = in_english) -> str:
    """Bytes as "12 bytes", "438 KB", "1.2 MB" or "2.5 GB" (powers of 1,000)."""
    if count < 1_000:
        return translate(N_("{size} bytes"), size=count)
    if count < 999_500:
        return translate(N_("{size:.0f} KB"), size=count / 1e3)
    if count < 999_950_000:
        return translate(N_("{size:.1f} MB"), size=count / 1e6)
    return translate(N_("{size:.1f} GB"), size=count / 1e9)


def duration(seconds: float, translate: Translate = in_english) -> str:
    """Seconds as "8 s", "3 min 20 s" or "2 h 5 min"."""
    whole = math.ceil(max(seconds, 0))
    minutes, hours = whole // 60, whole // 3600
    if whole < 60:
        return translate(N_("{seconds} s"), seconds=whole)
    if whole < 3600:
        return translate(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=whole % 60)
    return translate(N_("{hours} h {minutes} min"), hours=hours, minutes=minutes % 60)


def on_off(switch: bool, translate: Translate = in_english) -> str:
    """The position of a switch."""
    return translate(N_("on") if switch else N_("off"))


def as_text(value: bool | int | float | str | tuple[int, ...], joint: str = ", ") -> str:
    """A setting's value as it is typed: "0.01", "128, 64", "true", "none" for no hidden layers.

    `mlcore.config.parse` gives the value back.
    """
    if isinstance(value, tuple):
        return joint.join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def setting_text(
    value: bool | int | float | str | tuple[int, ...], translate: Translate = in_english
) -> str:
    """A setting's value as it is read: "on", "5,000", "0.01", "128 · 64", "one cycle"."""
    if isinstance(value, bool):
        return on_off(value, translate)
    if isinstance(value, tuple):
        return " · ".join(f"{units:,}" for units in value) or translate(N_("none"))
    if isinstance(value, int):
        return f"{value:,}"
    return as_text(value).replace("_", " ") or translate(N_("default"))
