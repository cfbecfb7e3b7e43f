"""Matrices of classes as tables: what the confusion matrix and the difference of two show."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.confusion_cells import ConfusionInfo, cell_words, frequent_mistakes
from dashboard.charts.matrix_difference import difference_words
from dashboard.charts.table import Table
from dashboard.words.translation import _
from dashboard.words.wording import listed_apart, percent, sentences, signed

__all__ = ["confusion_table", "confusion_words", "difference_summary", "difference_table"]


def confusion_table(info: ConfusionInfo) -> Table:
    """The matrix as it is drawn: counts, or shares of the row or the column."""
    rows = []
    for name, row in zip(info.classes, info.rows, strict=True):
        if info.unit == "counts":
            cells = [f"{cell.count:,}" for cell in row]
        else:
            of_column = info.unit == "column"
            cells = [percent(one.column_share if of_column else one.share, 1) for one in row]
        rows.append((name, *cells))
    return Table((_("true, by predicted"), *info.classes), tuple(rows))


def confusion_words(info: ConfusionInfo) -> str:
    """How many are recognised, and the commonest mistakes."""
    right = sum(cell.count for cell in info.cells if cell.true == cell.predicted)
    text = _(
        "{right:,} of {total:,} images are on the diagonal, recognised.",
        right=right,
        total=sum(cell.count for cell in info.cells),
    )
    pairs = listed_apart(cell_words(cell, info.classes) for cell in frequent_mistakes(info, 3))
    if pairs:
        most = _("Most often: {mistakes}. Click a cell to see them.", mistakes=pairs)
        return sentences(text, most)
    return text


def difference_table(difference: Sequence[Sequence[int]], classes: Sequence[str]) -> Table:
    """The second matrix less the first; (C, C)."""
    return Table(
        (_("true, by predicted"), *classes),
        tuple(
            (name, *(signed(count, 0, plus=True) for count in row))
            for name, row in zip(classes, difference, strict=True)
        ),
    )


def difference_summary(difference: Sequence[Sequence[int]], classes: Sequence[str]) -> str:
    """What the colours mean, and where the two differ most."""
    text = _(
        "Images in each cell, the second's less the first's: blue where the second is better, "
        "orange where it is worse."
    )
    cells = [
        (true, predicted, count)
        for true, row in enumerate(difference)
        for predicted, count in enumerate(row)
        if count
    ]
    most = sorted(cells, key=lambda cell: -abs(cell[2]))[:3]
    if not most:
        return sentences(text, _("The two matrices are equal."))
    found = listed_apart(difference_words(*cell, classes) for cell in most)
    return sentences(text, _("Largest: {cells}.", cells=found))
