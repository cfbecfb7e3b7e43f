"""The recorded histories, as `make_histories` wrote them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mlcore.config import RunConfig
from mlcore.diagnosis import Curves, Ending
from mlcore.events import EpochDone

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """A recorded training, and what is true of it.

    Attributes:
        true: kind → why; all of these are to be found, and no others.
        maybe: kind → why; of these that is near, so they may be found.
        over_fitting_since: the epoch in which it begins; 0: never.
        aside: it was not looked at while the rules were made.
    """

    name: str
    curves: Curves
    true: Mapping[str, str]
    maybe: Mapping[str, str]
    over_fitting_since: int
    aside: bool

    def after(self, step: int) -> Curves:
        """What there was to be seen after so many steps."""
        whole = self.curves
        epochs = [epoch for epoch in whole.epochs if epoch.step <= step]
        losses = whole.losses[:step]
        return replace(whole, losses=losses, epochs=epochs, ending="training")


@functools.cache
def recorded(name: str) -> Sequence[Recorded]:
    """All of "digits" or "mnist"."""
    records = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    with np.load(FOLDER / f"{name}.npz") as arrays:
        return tuple(
            _recorded(record, arrays[f"losses-{index}"], arrays[f"epochs-{index}"])
            for index, record in enumerate(records)
        )


def _recorded(record: Mapping[str, Any], losses: Any, figures: Any) -> Recorded:
    epochs = [_epoch(number, row) for number, row in enumerate(figures.tolist(), start=1)]
    values = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record["settings"].items()
    }
    config = RunConfig.from_flat(values)
    ending: Ending = record["ending"]
    curves = Curves(
        losses=losses,
        epochs=epochs,
        config=config,
        classes=10,
        steps_per_epoch=record["steps_per_epoch"],
        ending=ending,
    )
    return Recorded(
        name=record["name"],
        curves=curves,
        true=record["true"],
        maybe=record["maybe"],
        over_fitting_since=record["over_fitting_since"],
        aside=record["aside"],
    )


def _epoch(number: int, row: Sequence[float]) -> EpochDone:
    step, train, loss, accuracy, rate, dead = (None if math.isnan(x) else x for x in row)
    return EpochDone(
        epoch=number,
        step=int(step or 0),
        train_loss=math.nan if train is None else train,
        validation_loss=loss,
        validation_accuracy=accuracy,
        lr=rate or 0.0,
        seconds=1.0,
        images_per_second=1.0,
        dead_units=dead,
    )
