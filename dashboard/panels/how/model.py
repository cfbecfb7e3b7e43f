"""How it works: the model."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig

__all__ = ["panel"]


def panel(config: RunConfig) -> None:
    """The chapter with these settings, folded."""
    chapter(
        "model",
        config,
        [
            Formula(
                _("Numbers that are learned, weights and biases layer by layer:"),
                formulas.parameters(config),
            )
        ],
    )
