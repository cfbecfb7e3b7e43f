"""How it works: saving a model, and using it elsewhere."""

from __future__ import annotations

from dashboard.panels.how.frame import Formula, chapter
from dashboard.words import formulas
from dashboard.words.translation import _
from mlcore.config import RunConfig
from mlcore.summary import FLOAT_BYTES

__all__ = ["panel"]


def panel(config: RunConfig) -> None:
    """The chapter with these settings, folded."""
    chapter(
        "saving",
        config,
        [
            Formula(
                _(
                    "Parameters by the {bytes} bytes of a {dtype}: the bytes of the weights alone:",
                    bytes=FLOAT_BYTES[config.train.dtype],
                    dtype=config.train.dtype,
                ),
                formulas.file_bytes(config),
            )
        ],
    )
