"""Figures with their aims, as lines of a Markdown table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["HEAD", "Figure", "lines"]

HEAD = (
    "| what | median | lowest to highest | tries | aim | median / aim |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass
class Figure:
    """What was measured, several times."""

    name: str
    unit: str  # "ms", "KB", "%", "images/s", "s"
    aim: float | None = None  # in the unit; None: a figure to compare with, without an aim
    least: bool = False  # the aim is the least it should be, else the most
    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        self.values.append(value)

    def line(self) -> str:
        """One line of the table."""
        if not self.values:
            return f"| {self.name} | – | – | 0 | {self._aim()} | – |"
        middle = statistics.median(self.values)
        share = "–" if self.aim is None else f"{middle / self.aim:.2f}"
        return (
            f"| {self.name} | {_number(middle)} {self.unit} "
            f"| {_number(min(self.values))} to {_number(max(self.values))} "
            f"| {len(self.values)} | {self._aim()} | {share} |"
        )

    def _aim(self) -> str:
        if self.aim is None:
            return "–"
        return f"{'≥' if self.least else '≤'} {_number(self.aim)} {self.unit}"


def lines(figures: Sequence[Figure]) -> str:
    """The figures as lines of the table, without its head."""
    return "\n".join(figure.line() for figure in figures)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
