"""How it works: the training."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig
from mlcore.data import CATALOG

__all__ = ["panel"]


def panel(config: RunConfig) -> None:
    """The chapter with these settings, folded."""
    chapter(
        "training",
        config,
        [
            Formula(
                _(
                    "The loss of an image whose true class gets the probability p; for a network "
                    "that guesses, and for one that is 99 % sure and right:"
                ),
                formulas.loss(len(CATALOG[config.data.name].classes)),
            ),
            Formula(
                _("What a step does to a weight w that has the gradient g:"),
                formulas.update(config.optim),
            ),
            Formula(
                _("Training images by batch size: steps of an epoch, and of the whole run:"),
                formulas.steps(config),
            ),
        ],
    )
