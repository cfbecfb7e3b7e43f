"""Lines of Python as `ruff format` would leave them, for code that is written by code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["WIDTH", "Block", "Part", "bracketed", "indented", "joined"]

WIDTH = 88
"""Characters of a line: the default of `ruff format`."""

Block = Sequence[str]
"""Lines that belong together; a blank line parts it from the next."""


class Part:
    """A cell of a notebook, or some blocks of a script.

    Attributes:
        title: heading of the cell.
        words: what the cell does, in a sentence.
        blocks: the code.
        tags: of the cell.
    """

    def __init__(self, title: str, words: str, *blocks: Block, tags: Sequence[str] = ()) -> None:
        self.title, self.words, self.tags = title, words, tuple(tags)
        self.blocks = [block for block in blocks if block]


def bracketed(start: str, items: Sequence[str], end: str = ")", *, within: int = 0) -> list[str]:
    """A call or a list: on one line, with its items on a line of their own, or one item a line.

    Args:
        start: up to the bracket.
        items: what stands in it.
        end: the closing bracket, and what follows.
        within: characters by which the lines will be indented.

    >>> bracketed("step(", ["1", "2"])
    ['step(1, 2)']
    """
    one = f"{start}{', '.join(items)}{end}"
    if within + len(one) <= WIDTH:
        return [one]
    middle = f"    {', '.join(items)}"
    if within + len(middle) <= WIDTH:
        return [start, middle, end]
    return [start, *(f"    {item}," for item in items), end]


def indented(lines: Iterable[str], indent: int = 4) -> list[str]:
    """The same lines further in; blank ones stay blank."""
    return [f"{' ' * indent}{line}" if line else line for line in lines]


def joined(blocks: Iterable[Block]) -> str:
    """Blocks with a blank line in between, two around functions and classes; ends in a newline."""
    text, before = "", False
    for block in blocks:
        defines = block[0].startswith(("def ", "class "))
        gap = "" if not text else "\n\n" if defines or before else "\n"
        text += gap + "".join(f"{line}\n" for line in block)
        before = defines
    return text
