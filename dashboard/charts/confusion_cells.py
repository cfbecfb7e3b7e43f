"""The cells of a confusion matrix, and what is said of them; rows true, columns predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.words.translation import _
from dashboard.words.wording import percent, with_article

__all__ = ["Cell", "ConfusionInfo", "Unit", "cell_words", "confusion_info", "frequent_mistakes"]

Unit = Literal["counts", "percent", "column"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One true class against one predicted class."""

    true: int  # row
    predicted: int  # column
    count: int
    total: int  # images of the row
    column: int  # images predicted as the class

    @property
    def share(self) -> float:
        """Of the row, 0 to 1; 0 in a row without images."""
        return self.count / self.total if self.total else 0.0

    @property
    def column_share(self) -> float:
        """Of the column, 0 to 1; 0 in a column without images."""
        return self.count / self.column if self.column else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionInfo:
    """What the chart of a confusion matrix shows."""

    classes: tuple[str, ...]
    unit: Unit
    rows: tuple[tuple[Cell, ...], ...]  # rows[true][predicted]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, row after row."""
        return tuple(cell for row in self.rows for cell in row)


def confusion_info(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], unit: Unit = "counts"
) -> ConfusionInfo:
    """Split a confusion matrix into cells.

    Args:
        confusion: (C, C) counts, rows true, columns predicted.
        classes: the C names.
        unit: what is written in the cells: counts, or per cent of the row or of the column.
    """
    columns = [sum(column) for column in zip(*confusion, strict=True)]
    rows = tuple(
        tuple(
            Cell(
                true=true,
                predicted=predicted,
                count=count,
                total=sum(row),
                column=columns[predicted],
            )
            for predicted, count in enumerate(row)
        )
        for true, row in enumerate(confusion)
    )
    return ConfusionInfo(classes=tuple(classes), unit=unit, rows=rows)


def frequent_mistakes(info: ConfusionInfo, most: int) -> tuple[Cell, ...]:
    """The mistakes that are made most often, the commonest first; at most `most` of them."""
    wrong = [cell for cell in info.cells if cell.true != cell.predicted and cell.count]
    return tuple(sorted(wrong, key=lambda cell: -cell.count)[:most])


def cell_words(cell: Cell, classes: Sequence[str]) -> str:
    """A cell in words: "a 4 mistaken for a 9: 23 of 982 (2.3 %)"."""
    values = {
        "true": with_article(classes[cell.true]),
        "predicted": with_article(classes[cell.predicted]),
        "count": cell.count,
        "total": cell.total,
        "share": percent(cell.share, 1),
    }
    if cell.true == cell.predicted:
        return _("{true} recognised: {count:,} of {total:,} ({share})", **values)
    return _("{true} mistaken for {predicted}: {count:,} of {total:,} ({share})", **values)
