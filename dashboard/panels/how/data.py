"""How it works: the data."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig

__all__ = ["panel"]


def panel(config: RunConfig) -> None:
    """The chapter with these settings, folded."""
    chapter(
        "data",
        config,
        [
            Formula(
                _("A black and a white pixel, normalised:"),
                formulas.normalised(config),
            ),
            Formula(
                _("Training images by batch size: steps of an epoch, and of the whole run:"),
                formulas.steps(config),
            ),
        ],
    )
