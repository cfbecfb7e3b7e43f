"""What a chart shows, as a table: texts that are read, as every other number on the page."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Table", "thinned"]


class Table(NamedTuple):
    """A table of texts; the first cell of a row names it.

    Attributes:
        headings: of the columns.
        rows: as many cells in each.
        words: what the chart shows, where that stands nowhere else on the page.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: str = ""


def thinned(count: int, most: int) -> list[int]:
    """Places in a row of `count`: all where they are few, else `most` with both ends."""
    if count <= most:
        return list(range(count))
    return sorted({round(place * (count - 1) / (most - 1)) for place in range(most)})
