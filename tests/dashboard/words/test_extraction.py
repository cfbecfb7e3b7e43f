"""Every text of the page and of an error can be extracted by Babel and translated by a person."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mlcore import errors

ROOT = Path(__file__).parents[3]
ERRORS = frozenset(name for name in errors.__all__ if name[0].isupper())
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    **dict.fromkeys(ERRORS),
}
"""Functions and errors whose first argument (or two) is a text; Babel is given these too."""


@cache
def calls(path: Path) -> tuple[tuple[str, ast.Call], ...]:
    """The calls in a file that name a text, each with the called name."""
    return tuple(_calls(ast.parse(path.read_text(encoding="utf-8"))))


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        name = (
            node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        )
        if name in KEYWORDS:
            yield name, node


@cache
def in_f_strings(path: Path) -> frozenset[int]:
    """Lines of calls inside an f-string, where Babel finds none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return frozenset(call.lineno for node in strings for _, call in _calls(node))


def texts(name: str, call: ast.Call) -> list[str | None]:
    """The texts of a call; None stands for one that is not written out there.

    An error may take its text from a constant of its module, where `N_` marks it.
    """
    items = call.args[: 2 if name == "ngettext" else 1]
    if name in ERRORS and items and _constant(items[0]):
        return []
    return [
        item.value if isinstance(item, ast.Constant) and isinstance(item.value, str) else None
        for item in items
    ]


def _constant(node: ast.expr) -> bool:
    root = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(root, ast.Name) and root.id.isupper()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def faults(path: Path) -> Iterator[str]:
    for line in in_f_strings(path):
        yield f"{path.relative_to(ROOT)}, line {line}: Babel finds no text inside an f-string"
    for name, call in calls(path):
        where = f"{path.relative_to(ROOT)}, line {call.lineno}"
        found = texts(name, call)
        if None in found:
            yield f"{where}: the text of `{name}` must be a literal, its values apart"
            continue
        values = {keyword.arg for keyword in call.keywords}
        if not found or name == "N_" or None in values:  # texts or values are given elsewhere
            continue
        wanted = {field for text in found for field in placeholders(str(text))}
        if name == "ngettext":
            wanted -= {"n"}
        if wanted != values:
            yield f"{where}: {sorted(wanted)} in braces, but the values are {sorted(values)}"


FILES = sorted(
    path for package in ("dashboard", "mlcore") for path in (ROOT / package).rglob("*.py")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_are_literals_and_their_values_have_names(path: Path) -> None:
    assert not list(faults(path))


def test_the_command_that_extracts_knows_the_same_functions() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (mapping,) = pyproject["tool"]["babel"]["mappings"]
    assert {keyword.partition(":")[0] for keyword in mapping["keywords"]} == set(KEYWORDS)


def test_babel_finds_every_text() -> None:
    extract = pytest.importorskip("babel.messages.extract")
    extracted = {
        text
        for package in ("dashboard", "mlcore")
        for _, _, message, _, _ in extract.extract_from_dir(
            ROOT / package, method_map=[("**.py", "python")], keywords=KEYWORDS
        )
        for text in (message if isinstance(message, tuple) else (message,))
    }
    written = {
        text for path in FILES for name, call in calls(path) for text in texts(name, call) if text
    }
    assert written <= extracted
    assert len(written) > 300
