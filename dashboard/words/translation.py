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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mlcore.errors import MlcoreError
from mlcore.words import N_

__all__ = [
    "N_",
    "SOURCE",
    "_",
    "language",
    "languages",
    "name_of",
    "ngettext",
    "offered",
    "sentence",
    "translated",
    "use",
]

SOURCE = "en"
"""The language of the texts in the code."""

_LOCALES = Path(__file__).parents[1] / "locales"
_DOMAIN = "dashboard"


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
    return _filled(catalogue(_language()).gettext(text), values)


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """The same as `_` for a text that depends on a number, which it may call `{n}`."""
    return _filled(catalogue(_language()).ngettext(singular, plural, n), {"n": n, **values})


def sentence(error: MlcoreError) -> str:
    """What an error says, in the reader's language."""
    return translated(error.template, **error.values)


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language; English where there are none."""
    return gettext.translation(_DOMAIN, _LOCALES, [language.replace("-", "_")], fallback=True)


def _filled(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    quoted = {
        name: sentence(value) if isinstance(value, MlcoreError) else value
        for name, value in values.items()
    }
    return text.format(**quoted)
