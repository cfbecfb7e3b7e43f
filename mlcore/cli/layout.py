"""Plain text for people: aligned tables, sizes, spans of time, one line that is redrawn."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TextIO

__all__ = ["LiveLine", "percent", "size", "span", "table"]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns in line, the first `left` of them to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    lines = []
    for row in (headers, *rows):
        cells = [
            f"{cell:<{width}}" if index < left else f"{cell:>{width}}"
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def percent(share: float | None) -> str:
    """0.9812 → "98.12 %"; a dash where there is no figure."""
    return "–" if share is None else f"{100 * share:.2f} %"


def size(count: float) -> str:
    """Bytes in words: 9912422 → "9.9 MB"."""
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def span(seconds: float) -> str:
    """Seconds as "0:07", "12:30" or "1:02:03"."""
    minutes, rest = divmod(round(max(seconds, 0.0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class LiveLine:
    """The last line of a terminal, drawn again and again; silent where there is no terminal."""

    def __init__(self, stream: TextIO, *, shown: bool = True) -> None:
        self._stream = stream
        self.shown = shown and stream.isatty()
        self._drawn = False

    def draw(self, text: str) -> None:
        """Put `text`, cut to the terminal's width, in place of what stands there."""
        if not self.shown:
            return
        width = shutil.get_terminal_size().columns
        self._stream.write(f"\r\x1b[K{text[: width - 1]}")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the line away, so that something else can be printed."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
