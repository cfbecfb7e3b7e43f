"""Numbers and class names as a person would write them."""

from __future__ import annotations

import html
import re

from mlcore.words import (
    counted,
    duration,
    exact_percent,
    figure,
    file_size,
    on_off,
    percent,
    setting_text,
)

__all__ = [
    "as_label",
    "as_markdown",
    "counted",
    "duration",
    "exact_percent",
    "figure",
    "file_size",
    "on_off",
    "percent",
    "setting_text",
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
