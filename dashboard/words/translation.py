"""The page's texts in the reader's language: English is the source, gettext finds the others.

Every text is a literal with the names of its values in braces, so that Babel can extract it and a
translator can move them: `_("Epoch {epoch} of {epochs}", epoch=3, epochs=5)`. A text that is
defined in one place and drawn in another is marked with `N_`, and `translated` where it is drawn.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlcore.errors import MlcoreError
from mlcore.words import N_

__all__ = ["N_", "_", "language", "ngettext", "sentence", "translated", "use"]

SOURCE = "en"
"""The language of the texts in the code."""

_LOCALES = Path(__file__).parents[1] / "locales"


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
    return gettext.translation("dashboard", _LOCALES, [language], fallback=True)


def _filled(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    quoted = {
        name: sentence(value) if isinstance(value, MlcoreError) else value
        for name, value in values.items()
    }
    return text.format(**quoted)
