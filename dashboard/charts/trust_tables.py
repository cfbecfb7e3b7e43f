"""How far to trust a model, as tables: the bins, the confidences, and the thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.table import Table
from dashboard.words.translation import _
from dashboard.words.wording import percent
from mlcore.insight.answers import Answers, Ints
from mlcore.insight.calibration import Calibration, Reliability
from mlcore.insight.confidence import answered
from mlcore.words import NO_FIGURE

__all__ = ["histogram_table", "reliability_table", "threshold_table"]

_LEVELS = (*(tenth / 10 for tenth in range(10)), 0.95, 0.98, 0.99, 0.995, 0.999)


def reliability_table(found: Calibration) -> Table:
    """The bins that hold images: as the model is, and with the temperature where it has one."""
    headings = [_("Confidence"), _("Images"), _("Mean confidence"), _("Right")]
    if found.after is not None:
        headings += [_("Images, with the temperature"), _("Right, with the temperature")]
    bins = len(found.before.counts)
    rows = []
    for number in range(bins):
        if not found.before.counts[number] and not (found.after and found.after.counts[number]):
            continue
        cells = _bin(found.before, number)
        if found.after is not None:
            count, _mean, right = _bin(found.after, number)
            cells += [count, right]
        rows.append((_span(number, bins), *cells))
    return Table(tuple(headings), tuple(rows))


def histogram_table(right: Ints, wrong: Ints) -> Table:
    """Images by confidence, those right and those wrong."""
    return Table(
        (_("Confidence"), _("Right"), _("Wrong")),
        tuple(
            (_span(number, len(right)), f"{good:,}", f"{bad:,}")
            for number, (good, bad) in enumerate(zip(right, wrong, strict=True))
        ),
    )


def threshold_table(answers: Answers, chosen: float, levels: Sequence[float] = _LEVELS) -> Table:
    """What is answered, and how much of it right, at some thresholds and the chosen one."""
    rows = []
    for level in sorted({*levels, chosen}):
        left = answered(answers, level)
        accuracy = percent(left.accuracy)
        rows.append((percent(level, 1), f"{left.count:,}", percent(left.share, 1), accuracy))
    return Table(
        (_("Least confidence"), _("Images answered"), _("Share answered"), _("Accuracy")),
        tuple(rows),
    )


def _bin(found: Reliability, number: int) -> list[str]:
    """Images of a bin, their mean confidence, and the share that is right."""
    count = int(found.counts[number])
    if not count:
        return ["0", NO_FIGURE, NO_FIGURE]
    confidence, right = float(found.confidence[number]), float(found.accuracy[number])
    return [f"{count:,}", percent(confidence, 1), percent(right, 1)]


def _span(number: int, bins: int) -> str:
    return f"{percent(number / bins, 0)} – {percent((number + 1) / bins, 0)}"
