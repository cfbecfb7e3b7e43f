"""How it works: saving a model, and using it elsewhere."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig

__all__ = ["panel"]


def panel(config: RunConfig) -> None:
    """The chapter with these settings, folded."""
    chapter(
        "saving",
        config,
        [
            Formula(
                _("Parameters by the four bytes of a float32: the bytes of the weights alone:"),
                formulas.file_bytes(config),
            )
        ],
    )
