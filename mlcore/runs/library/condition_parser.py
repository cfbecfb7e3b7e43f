"""Reads the words of a condition on runs; `condition` says what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mlcore.errors import MlcoreError, SettingsError
from mlcore.rules import shortened
from mlcore.runs.library.columns import COLUMNS, Column, find_column, no_column
from mlcore.runs.library.comparison import OPERATORS, UNITS, compared_with
from mlcore.runs.library.run_info import RunInfo

__all__ = ["JOINTS", "Holds", "Parser", "holds_text"]

JOINTS = ("and", "or", "not")
"""The words that join conditions."""

_DEEPEST = 20  # brackets in brackets

_TOKEN = re.compile(
    r"""\s*(?: (?P<quoted> "[^"]*" | '[^']*' ) | (?P<operator> <= | >= | != | == | [=<>~] )
        | (?P<bracket> [()] ) | (?P<word> [^\s"'()=<>~!]+ ) )""",
    re.VERBOSE,
)

Holds = Callable[[RunInfo], bool]
"""Whether a run meets a condition."""


class _Token(NamedTuple):
    kind: str  # "word", "quoted", "operator", "bracket", "comma", "end"
    text: str
    position: int  # of its first character, from 1

    def says(self, *words: str) -> bool:
        return self.kind == "word" and self.text.casefold() in words

    def is_bracket(self, text: str) -> bool:
        return self.kind == "bracket" and self.text == text


class Parser:
    """Reads a condition from left to right; each method reads what it is called after."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = self._depth = 0

    def read(self) -> Holds:
        """All of it.

        Raises:
            SettingsError: it cannot be read.
        """
        holds = self._condition()
        if self._now.kind != "end":
            raise self._expected(MlcoreError("`and`, `or` or the end"))
        return holds

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _condition(self) -> Holds:
        parts = [self._part()]
        while self._now.says("or"):
            self._at += 1
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else lambda info: any(part(info) for part in parts)

    def _part(self) -> Holds:
        terms = [self._term()]
        while self._now.says("and"):
            self._at += 1
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else lambda info: all(term(info) for term in terms)

    def _term(self) -> Holds:
        begin = self._now
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
            inner = self._term() if begin.kind == "word" else self._condition()
            if begin.kind == "word":
                self._depth -= 1
                return lambda info: not inner(info)
            if not self._now.is_bracket(")"):
                raise self._expected(MlcoreError("a closing bracket"))
            self._at += 1
            self._depth -= 1
            return inner
        if begin.kind not in ("word", "quoted") or begin.says(*JOINTS):
            raise self._expected(MlcoreError("a column or a text"))
        self._at += 1
        return self._comparison(begin) if self._compares(self._at) else holds_text(begin.text)

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
        operator = self._now
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
        inside = self._now.is_bracket("(")
        self._at += inside
        equal: list[Holds] = []
        while not equal or self._now.kind == "comma":
            self._at += bool(equal)
            self._part_commas()
            equal.append(self._compared(column, name, "="))
        if inside and not self._now.is_bracket(")"):
            raise self._expected(MlcoreError("a closing bracket"))
        self._at += inside
        return lambda info: any(one(info) for one in equal)

    def _part_commas(self) -> None:
        """Make the commas in the word that is read next tokens of their own."""
        word = self._now
        if word.kind == "word" and "," in word.text:
            self._tokens[self._at : self._at + 1] = [
                _Token("comma" if one[0] == "," else "word", one[0], word.position + one.start())
                for one in re.finditer(r",|[^,]+", word.text)
            ]

    def _compared(self, column: Column, name: _Token, sign: str) -> Holds:
        """The comparison with the value that is read next."""
        value = self._now
        if value.kind not in ("word", "quoted"):
            raise self._expected(MlcoreError("a value for {column}", column=name.text))
        self._at += 1
        self._part_commas()
        text = value.text
        measured = column.kind in ("share", "seconds", "count", "number")
        if measured and value.kind == "word" and self._now.says(*UNITS):
            text, self._at = text + self._now.text, self._at + 1
        try:
            return compared_with(
                column,
                sign,
                None if value.says("none") and not column.choices else text,
            )
        except SettingsError as error:
            raise _wrong(value, error) from error

    def _expected(self, what: MlcoreError) -> SettingsError:
        """What should stand where something else stands."""
        if self._now.kind == "end":
            return _wrong(self._now, MlcoreError("{what} is missing", what=what))
        found = shortened(self._now.text)
        return _wrong(
            self._now, MlcoreError("expected {what}, but got {found!r}", what=what, found=found)
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


def holds_text(text: str) -> Holds:
    """Whether the text is in a run's name, tags, note or id."""
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
