"""Plain text for people: aligned tables, values of settings, one line that is redrawn."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from mlcore.cli.console import Console, can_show, readable, writing
from mlcore.rules import Value
from mlcore.words import as_text, display_width, on_off

__all__ = ["LiveLine", "print_json", "table", "value_text"]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns in line, the first `left` of them to the left and the others to the right."""
    rows = [[readable(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(headers, *rows, strict=True)]
    lines = []
    for row in (headers, *rows):
        cells = [
            _padded(cell, width, left=index < left)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _padded(text: str, width: int, *, left: bool) -> str:
    blanks = " " * (width - display_width(text))
    return f"{text}{blanks}" if left else f"{blanks}{text}"


def _cut(text: str, width: int) -> str:
    """As much of a text as fits into so many columns."""
    while display_width(text) > width:
        text = text[:-1]
    return text


def print_json(record: Mapping[str, Any]) -> None:
    """Print a JSON object as a line, at once; an error as its sentence."""
    text = json.dumps(record, ensure_ascii=False, default=str)
    if not can_show(text, sys.stdout):  # then in JSON's own way of writing characters
        text = json.dumps(record, default=str)
    print(text, flush=True)


def value_text(value: Value) -> str:
    """A setting's value as a shell takes it: "0.01", "128 64", "none"; a switch is on or off."""
    return on_off(value) if isinstance(value, bool) else as_text(value, " ")


class LiveLine:
    """The last line of a terminal, redrawn in place; nothing where there is no terminal."""

    def __init__(self, stream: TextIO, *, shown: bool = True) -> None:
        self._stream = stream.stream if isinstance(stream, Console) else stream  # to steer it
        self.shown = shown and stream.isatty()
        self._drawn = False

    def draw(self, text: str) -> None:
        """Put `text`, cut to the terminal's width, in place of the previous one."""
        if not self.shown:
            return
        width = shutil.get_terminal_size().columns
        self._write(f"\r\x1b[K{_cut(readable(text), width - 1)}")
        self._drawn = True

    def clear(self) -> None:
        """Remove the line, so that something else can be printed."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _write(self, text: str) -> None:
        with writing():
            self._stream.write(text)
            self._stream.flush()
