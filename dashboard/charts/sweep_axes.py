"""The settings that a sweep varies as axes of a chart: as their space is, not as trials fell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dashboard.charts.theme import Palette, axis
from dashboard.words.choices import setting_text
from dashboard.words.setting_names import setting_label
from dashboard.words.wording import as_label
from mlcore.sweeps import SweepTrial
from mlcore.sweeps.dimension import Dimension

__all__ = ["SettingAxis", "number_axis", "numeric", "setting_axis"]

_PAD = 0.04  # of the span, at either end
_TICKS = 8  # names that have room
_DECADES = 2  # from which there is a tick at powers of ten alone
_WIDE = 8.0  # ratio of the largest to the smallest listed number from which powers are even


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAxis:
    """A varied setting as an axis; it has the same ends whatever trials there are.

    Attributes:
        name: of the setting, dotted.
        label: its title.
        log: it is logarithmic.
        low, high: its ends as values; of names, the places of the first and the last.
        names: the listed values that stand side by side, as they are read; empty: numbers.
        ticks: the listed numbers, where there is room to write them.
    """

    name: str
    label: str
    log: bool = False
    low: float = 0
    high: float = 0
    names: tuple[str, ...] = ()
    ticks: tuple[float, ...] = ()

    def place(self, trial: SweepTrial) -> float | None:
        """Where a trial stands: its number, or the place of its value among the names."""
        value = trial.params.get(self.name)
        if self.names:
            text = setting_text(value) if value is not None else ""
            return float(self.names.index(text)) if text in self.names else None
        return float(value) if isinstance(value, int | float) else None

    def share(self, value: float) -> float:
        """How far along a number stands, 0 to 1."""
        low, high = self.drawn(self.low), self.drawn(self.high)
        return (self.drawn(value) - low) / (high - low)

    def value(self, share: float) -> float:
        """The number that stands so far along."""
        low, high = self.drawn(self.low), self.drawn(self.high)
        drawn = low + share * (high - low)
        return 10.0**drawn if self.log else drawn

    def drawn(self, value: float) -> float:
        """A number as Plotly counts along the axis."""
        return math.log10(value) if self.log else value

    def layout(self, colours: Palette) -> dict[str, Any]:
        """The axis as Plotly takes it."""
        shared = axis(colours)
        shared["title"] = {"text": as_label(self.label, 60)} | shared["title"]
        if self.names:
            step = -(-len(self.names) // _TICKS)
            places = range(0, len(self.names), step)
            return shared | {
                "tickvals": list(places),
                "ticktext": [as_label(self.names[place], 12) for place in places],
                "range": [-0.5, len(self.names) - 0.5],
            }
        low, high = self.drawn(self.low), self.drawn(self.high)
        pad = _PAD * (high - low)
        kind: dict[str, Any] = {"type": "log", "exponentformat": "none"} if self.log else {}
        if self.ticks:
            kind |= {"tickvals": self.ticks, "ticktext": [setting_text(one) for one in self.ticks]}
        elif self.log and high - low >= _DECADES:
            kind["dtick"] = 1
        else:
            kind["nticks"] = 6
        return shared | kind | {"range": [low - pad, high + pad]}


def setting_axis(dimension: Dimension) -> SettingAxis:
    """A setting as a chart against the objective has it: listed values side by side."""
    if dimension.values:
        return SettingAxis(
            name=dimension.name,
            label=setting_label(dimension.name),
            names=tuple(setting_text(value) for value in dimension.values),
            high=len(dimension.values) - 1,
        )
    return number_axis(dimension)


def number_axis(dimension: Dimension) -> SettingAxis:
    """A setting whose values are numbers, each where it stands among numbers."""
    ends = [value for value in dimension.ends if isinstance(value, int | float)]
    low, high = min(ends), max(ends)
    listed = bool(dimension.values) and low > 0 and high / low >= _WIDE
    return SettingAxis(
        name=dimension.name,
        label=setting_label(dimension.name),
        log=dimension.log or listed,
        low=low,
        high=high,
        ticks=tuple(ends) if dimension.values and len(ends) <= _TICKS else (),
    )


def numeric(dimension: Dimension) -> bool:
    """Whether the values are numbers, drawn or listed."""
    return dimension.setting.kind in (int, float)
