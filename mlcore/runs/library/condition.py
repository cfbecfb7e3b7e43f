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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mlcore.errors import MlcoreError, SettingsError
from mlcore.rules import shortened
from mlcore.runs.library.columns import COLUMNS, Column, find_column, no_column
from mlcore.runs.library.comparison import OPERATORS, UNITS, compared_with
from mlcore.runs.library.run_info import RunInfo

__all__ = ["LONGEST_CONDITION", "Condition", "as_term", "parse_condition"]

LONGEST_CONDITION = 500  # characters
_DEEPEST = 20  # brackets in brackets

_TOKEN = re.compile(
    r"""\s*(?: (?P<quoted> "[^"]*" | '[^']*' ) | (?P<operator> <= | >= | != | == | [=<>~] )
        | (?P<bracket> [()] ) | (?P<word> [^\s"'()=<>~!]+ ) )""",
    re.VERBOSE,
)
_JOINTS = ("and", "or", "not")
_MEANT = re.compile(rf"""[=<>~!()"']|\b({"|".join(_JOINTS)})\b""", re.IGNORECASE)
"""What a text has that is meant as a condition, and not looked for as it is."""

_IN = re.compile(r"\s+in\s+(?=\S)", re.IGNORECASE)

Holds = Callable[[RunInfo], bool]


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
        return Condition(text, _holds_text(" ".join(text.split())))
    parser = _Parser(text)
    holds = parser.condition()
    if parser.now.kind != "end":
        raise parser.expected(MlcoreError("`and`, `or` or the end"))
    return Condition(text, holds)


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


class _Token(NamedTuple):
    kind: str  # "word", "quoted", "operator", "bracket", "comma", "end"
    text: str
    position: int  # of its first character, from 1

    def says(self, *words: str) -> bool:
        return self.kind == "word" and self.text.casefold() in words

    def is_bracket(self, text: str) -> bool:
        return self.kind == "bracket" and self.text == text


class _Parser:
    """Reads a condition from left to right; each method reads what it is called after."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = self._depth = 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._at]

    def condition(self) -> Holds:
        parts = [self._part()]
        while self.now.says("or"):
            self._at += 1
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else lambda info: any(part(info) for part in parts)

    def _part(self) -> Holds:
        terms = [self._term()]
        while self.now.says("and"):
            self._at += 1
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else lambda info: all(term(info) for term in terms)

    def _term(self) -> Holds:
        begin = self.now
        if headed := self._heading():
            self._at += headed
            name = " ".join(token.text for token in self._tokens[self._at - headed : self._at])
            return self._comparison(begin._replace(text=name))
        if begin.says("not") or begin.is_bracket("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                problem = MlcoreError("more than {most} brackets in brackets", most=_DEEPEST)
                raise _wrong(begin, problem)
            self._at += 1
            inner = self._term() if begin.kind == "word" else self.condition()
            if begin.kind == "word":
                self._depth -= 1
                return lambda info: not inner(info)
            if not self.now.is_bracket(")"):
                raise self.expected(MlcoreError("a closing bracket"))
            self._at += 1
            self._depth -= 1
            return inner
        if begin.kind not in ("word", "quoted") or begin.says(*_JOINTS):
            raise self.expected(MlcoreError("a column or a text"))
        self._at += 1
        return self._comparison(begin) if self._compares(self._at) else _holds_text(begin.text)

    def _heading(self) -> int:
        """How many tokens from here are the heading of a column that is compared; 0: none."""
        for tokens in _HEADINGS:
            end = self._at + len(tokens)
            here = [token.text.casefold() for token in self._tokens[self._at : end]]
            if here == tokens and self._compares(end):
                return len(tokens)
        return 0

    def _compares(self, at: int) -> bool:
        """Whether a comparison goes on there: with an operator, `in` or `not in`."""
        token = self._tokens[at]
        if token.kind == "operator":
            return True
        return (self._tokens[at + 1] if token.says("not") else token).says("in")

    def _comparison(self, name: _Token) -> Holds:
        column = find_column(name.text) or _HEADED.get(name.text.casefold())
        if column is None:
            raise _wrong(name, no_column(name.text))
        operator = self.now
        self._at += 1
        if operator.kind == "operator":
            return self._compared(column, name, OPERATORS[operator.text])
        if operator.says("in"):
            return self._among(column, name)
        self._at += 1  # "not in"
        among = self._among(column, name)
        return lambda info: not among(info)

    def _among(self, column: Column, name: _Token) -> Holds:
        """Whether a cell is one of several values, with commas between them."""
        inside = self.now.is_bracket("(")
        self._at += inside
        equal: list[Holds] = []
        while not equal or self.now.kind == "comma":
            self._at += bool(equal)
            self._part_commas()
            equal.append(self._compared(column, name, "="))
        if inside and not self.now.is_bracket(")"):
            raise self.expected(MlcoreError("a closing bracket"))
        self._at += inside
        return lambda info: any(one(info) for one in equal)

    def _part_commas(self) -> None:
        """Make the commas in the word that is read next tokens of their own."""
        word = self.now
        if word.kind == "word" and "," in word.text:
            self._tokens[self._at : self._at + 1] = [
                _Token("comma" if one[0] == "," else "word", one[0], word.position + one.start())
                for one in re.finditer(r",|[^,]+", word.text)
            ]

    def _compared(self, column: Column, name: _Token, sign: str) -> Holds:
        """The comparison with the value that is read next."""
        value = self.now
        if value.kind not in ("word", "quoted"):
            raise self.expected(MlcoreError("a value for {column}", column=name.text))
        self._at += 1
        self._part_commas()
        text = value.text
        measured = column.kind in ("share", "seconds", "count", "number")
        if measured and value.kind == "word" and self.now.says(*UNITS):
            text, self._at = text + self.now.text, self._at + 1
        try:
            return compared_with(
                column,
                sign,
                None if value.says("none") and not column.choices else text,
            )
        except SettingsError as error:
            raise _wrong(value, error) from error

    def expected(self, what: MlcoreError) -> SettingsError:
        """What should stand where something else stands."""
        if self.now.kind == "end":
            return _wrong(self.now, MlcoreError("{what} is missing", what=what))
        found = shortened(self.now.text)
        return _wrong(
            self.now, MlcoreError("expected {what}, but got {found!r}", what=what, found=found)
        )


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            rest = text[start]
            problem = (
                MlcoreError("the quotation mark has no partner")
                if rest in "\"'"
                else MlcoreError("{found!r} means nothing here", found=rest)
            )
            raise _wrong(_Token("end", rest, start + 1), problem)
        kind = str(match.lastgroup)
        word = match[kind]
        start = match.start(kind)
        found.append(_Token(kind, word[1:-1] if kind == "quoted" else word, start + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text.rstrip()) + 1)]


_HEADED: Mapping[str, Column] = {
    " ".join(token.text for token in _tokens(column.label.casefold())[:-1]): column
    for column in COLUMNS.values()
}
"""A heading as its tokens, in small letters → the column."""

_HEADINGS = sorted((heading.split() for heading in _HEADED), key=len, reverse=True)
"""The tokens of headings, the longest first."""


def _holds_text(text: str) -> Holds:
    wanted = text.casefold()

    def holds(info: RunInfo) -> bool:
        return any(wanted in one.casefold() for one in (info.name, info.note, info.id, *info.tags))

    return holds


def _wrong(token: _Token, problem: MlcoreError) -> SettingsError:
    return SettingsError(
        "The condition cannot be read at character {position}: {problem}.",
        position=token.position,
        problem=problem,
    )
