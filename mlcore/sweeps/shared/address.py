"""Where the database of a shared sweep is: an address whose password nobody gets to see."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import sqlalchemy.engine
import sqlalchemy.exc

from mlcore.errors import SettingsError
from mlcore.files import expand_home
from mlcore.rules import shortened

__all__ = ["NOWHERE", "VARIABLE", "Address", "find_address", "read_address"]

VARIABLE = "MLCORE_SWEEP_STORAGE"
"""The environment's variable that names the database."""

NOWHERE = "none"
"""What is written for the address where the sweeps beside the runs are meant after all."""

_KINDS = ("postgresql", "postgres")
_DRIVER = "postgresql+psycopg"
_HIDDEN = "***"
_AS_IN = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_MOST = 10_000  # characters of a file with an address


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a database; only `url` holds what is secret.

    Attributes:
        url: for SQLAlchemy.
        shown: the same for people: without passwords.
        secrets: the passwords in it, as they stand there and decoded.
    """

    url: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def scrubbed(self, text: str) -> str:
        """A text of another program, without the passwords that it may repeat."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return text


def find_address(
    given: str, file: str, environment: Mapping[str, str] = os.environ
) -> Address | None:
    """The address that a person gave: with an option, in a file, or in the environment.

    Args:
        given: the address itself; "none": there is none, whatever the environment says.
        file: one that holds it.
        environment: the variables.

    Returns:
        None where the sweeps beside the runs are meant.

    Raises:
        SettingsError: it is given twice, cannot be read, or is no address of a PostgreSQL database;
            or the driver for that is missing.
    """
    if given and file:
        raise SettingsError("Give --storage or --storage-file, not both.")
    if file:
        return read_address(_in_file(file))
    text = given or environment.get(VARIABLE, "")
    return None if text.strip() in ("", NOWHERE) else read_address(text)


def read_address(text: str) -> Address:
    """Read an address.

    Raises:
        SettingsError: it is none of a PostgreSQL database, or the driver for that is missing.
    """
    try:
        url = sqlalchemy.engine.make_url(text.strip())
        if "@" in f"{url.host}{url.database}":  # the end of a password that was not written so
            raise ValueError
        kind = url.drivername.partition("+")[0]
    except (sqlalchemy.exc.ArgumentError, ValueError):  # whose sentence may repeat the text
        raise SettingsError(
            "The address of the database must be written as in {example}; a sign other than "
            "letters and digits in the password as in a web address (%40 for @).",
            example=_AS_IN,
        ) from None
    if kind not in _KINDS:
        raise SettingsError(
            "A sweep of many machines keeps its study in a PostgreSQL database, as in {example}, "
            "but the address begins with {kind!r}.",
            example=_AS_IN,
            kind=shortened(kind),
        )
    if not url.database:
        raise SettingsError(
            "The address must name a database at its end, as in {example}.", example=_AS_IN
        )
    if importlib.util.find_spec("psycopg") is None:
        raise SettingsError(
            'A sweep of many machines needs psycopg: run `pip install -e ".[postgres]"` in the '
            "folder of the project."
        )
    plain = url.set(drivername="postgresql")
    hidden = {name: value for name, value in url.query.items() if "password" in name.lower()}
    words = [str(url.password or ""), *(one for value in hidden.values() for one in _texts(value))]
    full = url.set(drivername=_DRIVER).render_as_string(hide_password=False)
    return Address(
        # Optuna fills in a template, to which braces mean something.
        url=full.replace("{", "{{").replace("}", "}}"),
        shown=plain.update_query_dict(dict.fromkeys(hidden, _HIDDEN))
        .render_as_string()
        .replace(quote_plus(_HIDDEN), _HIDDEN),
        secrets=tuple({form for word in words if word for form in _forms(word)}),
    )


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _forms(word: str) -> tuple[str, ...]:
    return word, quote(word, safe=""), quote_plus(word), repr(word)[1:-1]


def _in_file(file: str) -> str:
    path: Path = expand_home(file)
    try:
        with path.open(encoding="utf-8-sig") as opened:
            text = opened.read(_MOST)
    except (OSError, ValueError) as error:
        raise SettingsError(
            "The file {path} with the address of the database cannot be read ({reason}).",
            path=path,
            reason=getattr(error, "strerror", None) or "it is no text",
        ) from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) != 1:
        raise SettingsError(
            "The file {path} must hold the address of the database in one line, and nothing else.",
            path=path,
        )
    return lines[0]
