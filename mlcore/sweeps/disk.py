"""What a sweep takes on the disk: nearly all of it are the checkpoints of its runs."""

from __future__ import annotations

import itertools
import math

from mlcore.config import RunConfig
from mlcore.data import find_family
from mlcore.errors import SettingsError
from mlcore.runs.record.checkpoint_manager import MOST_KEPT
from mlcore.summary import summarize
from mlcore.sweeps.space import config_of
from mlcore.sweeps.sweep import Sweep

__all__ = ["disk_use"]

_STATES = {"adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1}
"""Optimizer → numbers that it keeps for each weight; SGD with momentum keeps one."""

_CORNERS = 32  # of the space are looked at


def disk_use(sweep: Sweep) -> int:
    """Bytes of the checkpoints of all trials, at most: those that are due too often are skipped.

    It is the mean over corners of the space, times the trials.
    """
    corners = sweep.space.combinations(sweep.settings, lambda dimension: dimension.ends)
    sizes = []
    for params in itertools.islice(corners, _CORNERS):
        try:
            sizes.append(_of_run(config_of(sweep.settings, params)))
        except SettingsError:  # two of its values contradict each other
            continue
    return round(math.fsum(sizes) / len(sizes) * sweep.trials) if sizes else 0


def _of_run(config: RunConfig) -> int:
    classes = len(find_family(config.data.name).classes)
    kept = min(config.train.epochs + 1, MOST_KEPT)  # one before the first step
    states = _STATES.get(config.optim.name, 1 if config.optim.momentum else 0)
    size = summarize(config.model, classes, dtype=config.train.dtype).bytes
    return size * (1 + states) * kept
