"""What all epochs of a run come to: its best validation, its time, its pace, any edits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlcore.events import EpochDone, Event, SettingsEdited, Started
from mlcore.runs.record.event_log import events_of

__all__ = ["EpochFigures", "epoch_figures", "read_epoch_figures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochFigures:
    """Figures over all epochs of a run that count.

    Attributes:
        best_accuracy: the highest validation accuracy, 0 to 1; None without validation.
        best_epoch: the epoch that reached it first.
        seconds: of training; None before the first epoch is over.
        images_per_second: over all of that time; None where it is not known.
        edited: settings were changed while it trained.
        asked: epochs asked for by the last start or edit; None before the first start.
    """

    best_accuracy: float | None = None
    best_epoch: int | None = None
    seconds: float | None = None
    images_per_second: float | None = None
    edited: bool = False
    asked: int | None = None


def read_epoch_figures(path: Path) -> EpochFigures:
    """The figures of a history, whose step losses are passed over unread."""
    return epoch_figures(events_of(path, EpochDone, Started, SettingsEdited))


def epoch_figures(events: Iterable[Event]) -> EpochFigures:
    """The figures of a history's epochs.

    Args:
        events: its epochs, starts and edits, in order; others do not count. A start from an earlier
            step drops what came after that, as those steps are taken again.
    """
    epochs: list[EpochDone] = []
    edits: list[int] = []  # after which steps
    asked: int | None = None
    for event in events:
        if isinstance(event, Started | SettingsEdited):
            asked = event.epochs or asked
        if isinstance(event, Started):
            epochs = [done for done in epochs if done.step <= event.step]
            edits = [step for step in edits if step <= event.step]
        elif isinstance(event, EpochDone):
            epochs.append(event)
        elif isinstance(event, SettingsEdited):
            edits.append(event.step)
    best = max(
        (done for done in epochs if done.validation_accuracy is not None),
        key=lambda done: done.validation_accuracy or 0.0,
        default=None,
    )
    timed = [done for done in epochs if _is_known(done.seconds)]
    seconds = sum(done.seconds for done in timed)
    images = sum(
        done.seconds * done.images_per_second for done in timed if _is_known(done.images_per_second)
    )
    return EpochFigures(
        best_accuracy=best.validation_accuracy if best else None,
        best_epoch=best.epoch if best else None,
        seconds=seconds if timed else None,
        images_per_second=images / seconds if images and seconds else None,
        edited=bool(edits),
        asked=asked,
    )


def _is_known(value: float | None) -> bool:
    """What is not finite is null in a log."""
    return value is not None and math.isfinite(value)
