"""What a fork does that its maker may not expect, said before it trains."""

from __future__ import annotations

from collections.abc import Iterator

from mlcore.config import EDITABLE, EXECUTION, RunConfig
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
        before, after = point.config.flat(), config.flat()
        free = (*EDITABLE, *EXECUTION)
        changed = [
            f"`{name}`" for name in after if after[name] != before[name] and name not in free
        ]
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
    if before.data.name != after.data.name or not after.data.validation:
        return 0
    first, second = _split(before), _split(after)
    return len(set(first[0]) & set(second[1]))


def _split(config: RunConfig) -> tuple[list[int], list[int]]:
    """The images that a run trains on, and those that it holds out."""
    images = CATALOG[config.data.name].train_images
    count = min(config.data.train_limit or images, images)
    taken, held_out = split_order(count, config.data.validation, config.train.seed)
    return taken.tolist(), held_out.tolist()
