"""The page's texts in the reader's language: English is the source, gettext finds the others.

Every text is a literal with the names of its values in braces, so that Babel can extract it and a
translator can move them: `_("Epoch {epoch} of {epochs}", epoch=3, epochs=5)`. A text that is
defined in one place and drawn in another is marked with `N_`, and `translated` where it is drawn.

A language is one file, `dashboard/locales/zh_CN/LC_MESSAGES/dashboard.po`, which
`python -m tests.catalogues` compiles; whatever lies there is offered on the page.
"""

from __future__ import annotations

import functools
import gettext
import re
import string
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mlcore.errors import MlcoreError
from mlcore.words import N_

__all__ = [
    "N_",
    "SOURCE",
    "_",
    "filled",
    "inserted",
    "language",
    "languages",
    "name_of",
    "ngettext",
    "offered",
    "sentence",
    "translated",
    "use",
    "with_inserted",
]

SOURCE = "en"
"""The language of the texts in the code."""

_LOCALES = Path(__file__).parents[1] / "locales"
_DOMAIN = "dashboard"

_EDGE = "\0"  # stands at both ends of a value while the space around it is looked at
_HAN = r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
_LOOSE = re.compile(rf"{_HAN} {_HAN}")
_GAP = re.compile(rf"(?<={_HAN}{_EDGE}) (?={_HAN})|(?<={_HAN}) (?={_EDGE}{_HAN})")


def _source() -> str:
    return SOURCE


_language: Callable[[], str] = _source


def use(language_of_reader: Callable[[], str]) -> None:
    """Set the function that names the reader's language; it is called for each text."""
    global _language
    _language = language_of_reader


def language() -> str:
    """The reader's language; part of the key of whatever is cached with its texts."""
    return _language()


@functools.cache
def languages() -> tuple[str, ...]:
    """All languages of the page as browsers write them, the source first: "en", "zh-CN"."""
    files = _LOCALES.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    return (SOURCE, *sorted(file.parents[1].name.replace("_", "-") for file in files))


def name_of(language: str) -> str:
    """What a language calls itself: "English", "中文"."""
    return catalogue(language).gettext(N_("English"))


def offered(wanted: Iterable[str]) -> str | None:
    """The language of the page for the first of those wanted that it has; None: it has none.

    A region that it lacks is no hindrance: "zh", "zh-SG" and "zh-Hans-CN" all find "zh-CN".
    """
    known = {language.lower(): language for language in reversed(languages())}
    known |= {tag.partition("-")[0]: language for tag, language in known.items()}
    for name in wanted:
        tag = name.strip().lower().replace("_", "-")
        found = known.get(tag) or known.get(tag.partition("-")[0])
        if found:
            return found
    return None


def _(text: str, /, **values: Any) -> str:
    """A literal text in the reader's language, with its values filled in."""
    return translated(text, **values)


def translated(text: str, /, **values: Any) -> str:
    """The same for a text that `N_` marks where it is defined."""
    return filled(catalogue(_language()).gettext(text), values)


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """The same as `_` for a text that depends on a number, which it may call `{n}`."""
    return filled(catalogue(_language()).ngettext(singular, plural, n), {"n": n, **values})


def sentence(error: MlcoreError) -> str:
    """What an error says, in the reader's language."""
    return translated(error.template, **error.values)


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language; English where there are none."""
    return gettext.translation(_DOMAIN, _LOCALES, [language.replace("-", "_")], fallback=True)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text that is translated already, with its values filled in.

    Chinese has a space between a Chinese character and a letter or a digit, and none between two
    Chinese characters. A value may begin and end with either, so a translation has a space around
    it, which goes where it stands between two Chinese characters. Within a value, which a person
    may have typed, and between two values nothing is taken away.
    """
    if not values:
        return text
    quoted = {
        name: sentence(value) if isinstance(value, MlcoreError) else value
        for name, value in values.items()
    }
    plain = text.format(**quoted)
    if _language() == SOURCE or not _LOOSE.search(plain):
        return plain
    return with_inserted(_Edged().vformat(text, (), quoted))


def inserted(text: str) -> str:
    """A value that is put into a text for `with_inserted`."""
    return f"{_EDGE}{text}{_EDGE}"


def with_inserted(text: str) -> str:
    """A text with values from `inserted`: as `filled` writes it."""
    return _GAP.sub("", text).replace(_EDGE, "")


class _Edged(string.Formatter):
    """Formats as `str.format` does, and marks where each value begins and ends."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return inserted(super().format_field(value, format_spec))
