"""How it works: the test."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig

__all__ = ["panel"]


def panel(config: RunConfig, right: int, total: int) -> None:
    """The chapter, folded.

    Args:
        config: settings of the run that is tested.
        right: test images that it got right.
        total: all test images.
    """
    chapter(
        "testing",
        config,
        [
            Formula(
                _("Right answers by test images, and the range that leaves open:"),
                formulas.accuracy(right, total),
            )
        ],
    )
