"""Conditions on runs, as a person types them: `lr < 0.01 and optimizer = adam and tag = homework`.

    condition:  part { "or" part }
    part:       term { "and" term }
    term:       "not" term | "(" condition ")" | column operator value | column in values | text
    in:         [ "not" ] "in"
    values:     value { "," value } | "(" value { "," value } ")"
    operator:   =  !=  <  <=  >  >=  ~ (holds the text)

A column is its name ("test") or its heading in English ("Test accuracy"). A value may be in
quotes; `none` is what is not known. An accuracy may be written as 0.97 or 97 %, a time as 90, 90 s,
2 min or 1 h, a moment as 2026-11-28 or the beginning of one. A text without an operator is looked
for in names, tags, notes and ids; so is the whole where nothing in it is an operator, a bracket, a
quotation mark, `and`, `or` or `not`, and it does not begin like `seed in 1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlcore.errors import SettingsError
from mlcore.runs.library.columns import find_column
from mlcore.runs.library.condition_parser import JOINTS, Holds, Parser, holds_text

__all__ = ["LONGEST_CONDITION", "Condition", "as_term", "parse_condition"]

LONGEST_CONDITION = 500  # characters

_MEANT = re.compile(rf"""[=<>~!()"']|\b({"|".join(JOINTS)})\b""", re.IGNORECASE)
"""What a text has that is meant as a condition, and not looked for as it is."""

_IN = re.compile(r"\s+in\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read.

    Attributes:
        text: as it was typed.
        holds: whether a run meets it.
    """

    text: str
    holds: Holds


def parse_condition(text: str) -> Condition:
    """Read a condition; an empty one holds for every run.

    Raises:
        SettingsError: it cannot be read; the sentence says at which character, and why.
    """
    if len(text) > LONGEST_CONDITION:
        raise SettingsError(
            "A condition can have {most} characters, but got {count:,}: shorten it.",
            most=LONGEST_CONDITION,
            count=len(text),
        )
    if not text.strip():
        return Condition(text, lambda _: True)
    if not _is_meant(text):
        return Condition(text, holds_text(" ".join(text.split())))
    return Condition(text, Parser(text).read())


def as_term(text: str) -> str:
    """A condition as a term to which others can be joined by `and`."""
    if not _is_meant(text):
        return f'"{" ".join(text.split())}"'
    return f"({text})" if re.search(r"\bor\b", text, re.IGNORECASE) else text


def _is_meant(text: str) -> bool:
    """Whether a text is a condition, and not one to look for: "loss in training" is none."""
    if _MEANT.search(text):
        return True
    for found in _IN.finditer(text):
        column = find_column(" ".join(text[: found.start()].split()))
        values = text[found.end() :]
        if column is not None:
            return (
                "," in values
                or column.kind in ("choice", "switch", "tags")
                or (column.kind != "text" and values[0] in "+-.0123456789")
            )
    return False
