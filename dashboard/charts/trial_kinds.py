"""What charts tell trials apart by: trained to their end, given up before, under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.charts.theme import Palette
from dashboard.words.sweeps import trial_state_name
from dashboard.words.translation import N_, _
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.trial import TrialState

__all__ = [
    "KINDS",
    "KIND_NAMES",
    "KIND_SIGNS",
    "SYMBOLS",
    "Kind",
    "TrialsOfRuns",
    "kind_ink",
    "kind_look",
    "signs_said",
    "star_look",
    "trials_of_runs",
]

Kind = Literal["whole", "partial", "open"]

KINDS: Mapping[Kind, tuple[TrialState, ...]] = {
    "whole": ("complete",),
    "partial": ("pruned", "stopped"),
    "open": ("running", "interrupted"),
}
"""Kind → states of its trials; those in other states have come to nothing that is compared."""

KIND_NAMES: Mapping[Kind, str] = {
    "whole": N_("whole trials"),
    "partial": N_("given up"),
    "open": N_("under way"),
}
"""What a legend calls them."""

SYMBOLS: Mapping[Kind, str] = {
    "whole": "circle",
    "partial": "x-thin-open",
    "open": "circle-open",
}
"""Plotly's name of the mark of each."""

KIND_SIGNS: Mapping[Kind, str] = {"whole": "●", "partial": "×", "open": "○"}
"""The same as signs in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsOfRuns:
    """What a chart of runs is told of them where they are the trials of a sweep.

    Attributes:
        kinds: id of a run → kind of its trial; those of no kind are left out.
        states: id of a run → state of its trial, as it is read.
        best: id of the best trial's run; empty where none was trained to its end.
    """

    kinds: Mapping[str, Kind]
    states: Mapping[str, str]
    best: str = ""


def trials_of_runs(found: SweepSummary) -> TrialsOfRuns:
    """Gather it."""
    kind_of = {state: kind for kind, states in KINDS.items() for state in states}
    return TrialsOfRuns(
        kinds={one.run.id: kind_of[one.state] for one in found.trials if one.state in kind_of},
        states={one.run.id: trial_state_name(one.state) for one in found.trials},
        best=found.best.run.id if found.best else "",
    )


def kind_ink(kind: Kind, colours: Palette) -> str:
    """The colour of its marks."""
    inks = {"whole": colours.series[0], "partial": colours.series[1], "open": colours.muted}
    return inks[kind]


def kind_look(kind: Kind, colours: Palette) -> dict[str, Any]:
    """Its mark as Plotly takes it: a full one for a trial that was trained to its end."""
    symbol, ink = SYMBOLS[kind], kind_ink(kind, colours)
    look: dict[str, Any] = {"size": 9, "symbol": symbol, "color": ink}
    if symbol.endswith("open"):
        return look | {"line": {"width": 2, "color": ink}}
    return look | {"opacity": 0.75}


def star_look(colours: Palette) -> dict[str, Any]:
    """The mark over the best trial."""
    return {
        "size": 15,
        "symbol": "star",
        "color": colours.series[4],
        "line": {"width": 1.5, "color": colours.text},
    }


def signs_said() -> str:
    """What the marks mean, and what a click does."""
    return _(
        "A dot is a trial that was trained to its end, a cross one that was given up, a ring one "
        "that is under way, the star the best. A click on one opens its run."
    )
