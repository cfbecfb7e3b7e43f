"""The code that a lesson runs, read from its source, without importing it (and so no torch)."""

from __future__ import annotations

import ast
import functools
import textwrap
from pathlib import Path

__all__ = ["body_of", "source_of"]

_ROOM = Path(__file__).with_name("experiments")


@functools.cache
def source_of(name: str) -> str:
    """A function of the experiments as it stands, with its decorators, without its docstring.

    Args:
        name: its module and its own name, such as "usual.usual".
    """
    lines, node = _found(name)
    first = min([node.lineno, *(line.lineno for line in node.decorator_list)])
    head = lines[first - 1 : node.body[0].lineno - 1]
    return "\n".join([*head, *_body_lines(lines, node)])


@functools.cache
def body_of(name: str) -> str:
    """What a function of the experiments does: its lines without its head, not indented.

    Args:
        name: its module and its own name, such as "usual.usual".
    """
    lines, node = _found(name)
    return textwrap.dedent("\n".join(_body_lines(lines, node)))


def _found(name: str) -> tuple[list[str], ast.FunctionDef]:
    module, _, function = name.partition(".")
    text = (_ROOM / f"{module}.py").read_text(encoding="utf-8")
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return text.splitlines(), next(node for node in nodes if node.name == function)


def _body_lines(lines: list[str], node: ast.FunctionDef) -> list[str]:
    docstring = node.body[0]
    return lines[docstring.end_lineno : node.end_lineno]
