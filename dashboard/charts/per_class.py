"""Precision, recall and F1 of every class, as the columns of a sortable table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.words.translation import _

__all__ = ["PerClassInfo", "per_class_info", "per_class_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PerClassInfo:
    """One entry a class, in the order of the classes; shares are 0 to 1."""

    labels: tuple[str, ...]
    precision: tuple[float, ...]  # of the images predicted as the class, the share that is
    recall: tuple[float, ...]  # of the images of the class, the share predicted as it
    f1: tuple[float, ...]  # harmonic mean of the two
    support: tuple[int, ...]  # test images of the class


def per_class_info(per_class: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> PerClassInfo:
    """Collect the figures of an evaluation; entry `i` belongs to class `classes[i]`."""
    return PerClassInfo(
        labels=tuple(classes),
        precision=tuple(float(entry["precision"]) for entry in per_class),
        recall=tuple(float(entry["recall"]) for entry in per_class),
        f1=tuple(float(entry["f1"]) for entry in per_class),
        support=tuple(int(entry["support"]) for entry in per_class),
    )


def per_class_table(info: PerClassInfo) -> dict[str, list[str] | list[float] | list[int]]:
    """The columns as they are shown: shares in per cent."""
    return {
        _("Class"): list(info.labels),
        _("Precision"): [100 * value for value in info.precision],
        _("Recall"): [100 * value for value in info.recall],
        _("F1"): [100 * value for value in info.f1],
        _("Images"): list(info.support),
    }
