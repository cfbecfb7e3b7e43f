"""Numbers, class names and texts of others as the page shows them.

Numbers are written as `mlcore.words` writes them.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable

from dashboard.words.translation import _, translated
from mlcore import words
from mlcore.words import exact_percent, figure, percent, probability, short, signed

__all__ = [
    "as_label",
    "as_markdown",
    "as_sentence",
    "duration",
    "exact_percent",
    "figure",
    "file_size",
    "listed",
    "listed_apart",
    "percent",
    "probability",
    "refusal",
    "sentences",
    "short",
    "signed",
    "unbroken",
    "with_article",
]

_TIED = re.compile(r"(?<=\d) (?=%|[×±] \d)|(?<=\d [×±]) (?=\d)")  # "5 %", "28 × 28", "5 ± 1"
_CODE = re.compile(r"(`[^`]*`)")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~&])")
_DIRECTIVE = re.compile(r":(?=[A-Za-z/+\-])")  # :red[…], :smile:, https://
_SPOKEN_WITH_VOWEL = frozenset("8AEFHILMNORSXaefhilmnorsx")


def with_article(label: str) -> str:
    """A class name after the article that its sound asks for: "a 4", "an 8", "an Ankle boot"."""
    vowel = label in _SPOKEN_WITH_VOWEL if len(label) == 1 else label[:1].lower() in set("aeiou")
    return _("an {label}", label=label) if vowel else _("a {label}", label=label)


def listed(texts: Iterable[str]) -> str:
    """Names or numbers in a row, as the language writes it: "a, b, c"."""
    return _(", ").join(texts)


def listed_apart(texts: Iterable[str]) -> str:
    """The same for texts that may have commas themselves: "a, b; c"."""
    return _("; ").join(texts)


def as_sentence(words: str) -> str:
    """Words or a list of parts, closed with the full stop of the language."""
    return _("{words}.", words=words)


def sentences(*parts: str) -> str:
    """Sentences that follow one another, as the language joins them; empty ones are left out."""
    said = [part for part in parts if part] or [""]
    return functools.reduce(
        lambda before, after: _("{before} {after}", before=before, after=after), said
    )


def file_size(count: int) -> str:
    """Bytes as "12 bytes", "438 KB", "1.2 MB" or "2.5 GB"."""
    return words.file_size(count, translated)


def duration(seconds: float) -> str:
    """Seconds as "8 s", "3 min 20 s" or "2 h 5 min"."""
    return words.duration(seconds, translated)


def as_markdown(text: str) -> str:
    """Markdown that shows `text` literally: a text from a file cannot draw anything on the page.

    Text between back quotes stays code, in which nothing is markup. Elsewhere no line ends between
    a number and what belongs to it.
    """
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        part if part.startswith("`") and part.endswith("`") and len(part) > 2 else _escape(part)
        for part in parts
    )


def unbroken(text: str) -> str:
    """The text in which no line ends between a number and what belongs to it."""
    return _TIED.sub("\N{NO-BREAK SPACE}", text)


def refusal(text: str) -> str:
    """Markdown of what is wrong with a field's value, to stand below it; `text` is literal."""
    return f":red[:material/error: {as_markdown(text)}]"


def as_label(text: str, most: int = 24) -> str:
    """A short label for a chart that shows `text` literally: Plotly reads some HTML in labels."""
    line = " ".join(text.split())
    return html.escape(line if len(line) <= most else f"{line[: most - 1]}…", quote=False)


def _escape(text: str) -> str:
    """A backslash before every mark; a word joiner breaks up directives and addresses."""
    return _MARKS.sub(r"\\\1", _DIRECTIVE.sub(":\u2060", unbroken(text)))
