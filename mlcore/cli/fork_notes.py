"""What a fork does that its maker may not expect, said before it trains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlcore.config import RunConfig, fixed_changes
from mlcore.data import CATALOG
from mlcore.data.split import split_order
from mlcore.rules import list_words
from mlcore.runs.library.forks import ForkPoint

__all__ = ["fork_notes"]


def fork_notes(point: ForkPoint, config: RunConfig) -> Iterator[str]:
    """Sentences, if there is anything to say.

    Args:
        point: where the fork branches off.
        config: its settings.
    """
    if point.initial or not point.step:
        return
    if not point.steps_kept(config):
        changed = [f"`{name}`" for name in fixed_changes(point.config, config)]
        yield (
            f"It begins a new training with the weights alone, and counts its epochs from 1: "
            f"{list_words(changed)} cannot change within a training."
        )
    if seen := _trained_on(point.config, config):
        yield (
            f"{seen:,} of the {config.data.validation:,} images that are held out now were trained "
            f"on before, so their accuracy promises too much: leave `--data.validation`, "
            f"`--data.train-limit` and `--train.seed` as they were, or train a new run."
        )


def _trained_on(before: RunConfig, after: RunConfig) -> int:
    """How many of the images that are held out now were trained on before."""
    if before.data.name != after.data.name or _drawn_by(before) == _drawn_by(after):
        return 0
    taken, _ = split_order(*_drawn_by(before))
    _, held_out = split_order(*_drawn_by(after))
    return len(np.intersect1d(taken, held_out, assume_unique=True))


def _drawn_by(config: RunConfig) -> tuple[int, int, int]:
    """What decides which images are held out: how many there are, how many of them, the seed."""
    images = CATALOG[config.data.name].train_images
    count = min(config.data.train_limit or images, images)
    return count, config.data.validation, config.train.seed
