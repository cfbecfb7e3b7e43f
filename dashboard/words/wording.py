"""Numbers and class names as a person would write them."""

from __future__ import annotations

import html
import re

__all__ = [
    "as_label",
    "as_markdown",
    "counted",
    "exact_percent",
    "file_size",
    "percent",
    "with_article",
]

_CODE = re.compile(r"(`[^`]*`)")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~&])")
_DIRECTIVE = re.compile(r":(?=[A-Za-z/+\-])")  # :red[…], :smile:, https://
_SPOKEN_WITH_VOWEL = frozenset("8AEFHILMNORSXaefhilmnorsx")


def with_article(label: str) -> str:
    """A class name behind the article that its sound asks for: "a 4", "an 8", "an Ankle boot"."""
    vowel = label in _SPOKEN_WITH_VOWEL if len(label) == 1 else label[:1].lower() in set("aeiou")
    return f"{'an' if vowel else 'a'} {label}"


def percent(share: float, digits: int = 1) -> str:
    """A share of 0 to 1 as "2.3 %"; what is not nought is never written as nought."""
    smallest = 10.0**-digits
    if 0 < share * 100 < smallest:
        return f"< {smallest:.{digits}f} %"
    return f"{share * 100:.{digits}f} %"


def exact_percent(right: int, total: int) -> str:
    """An accuracy with as many digits as tell `total` images apart, two at least: "98.12 %"."""
    if total <= 0:
        return "–"
    digits = max(2, len(str(total - 1)) - 2)
    return f"{right / total * 100:.{digits}f} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number before its noun: "1 mistake", "1,204 mistakes"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def file_size(size: int) -> str:
    """Bytes as "438 KB" or "1.2 MB" (powers of 1,000)."""
    if size < 1_000:
        return f"{size} bytes"
    if size < 999_500:
        return f"{size / 1_000:.0f} KB"
    return f"{size / 1e6:.1f} MB"


def as_markdown(text: str) -> str:
    """Markdown that shows `text` as it stands: words from a file can draw nothing on the page.

    Text between back quotes stays code, in which nothing else is read.
    """
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        part if part.startswith("`") and part.endswith("`") and len(part) > 2 else _escape(part)
        for part in parts
    )


def as_label(text: str, most: int = 24) -> str:
    """A short label of a chart that shows `text` as it stands: Plotly reads some HTML in labels."""
    line = " ".join(text.split())
    return html.escape(line if len(line) <= most else f"{line[: most - 1]}…", quote=False)


def _escape(text: str) -> str:
    """Every mark behind a backslash; a word joiner keeps names and addresses from being read."""
    return _MARKS.sub(r"\\\1", _DIRECTIVE.sub(":\u2060", text))
