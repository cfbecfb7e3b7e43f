"""The way of a first visit, from the data to one's own digit: each step a sentence, a click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.words.translation import N_

__all__ = ["STEPS", "Step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way.

    Attributes:
        title: marked text of its mark.
        sentence: marked text of what to do; a click on it does that.
        page: where it leads.
        places: parameters of the address there.
    """

    title: str
    sentence: str
    page: str
    places: Mapping[str, str] = field(default_factory=dict)


STEPS: Mapping[str, Step] = {
    "data": Step(
        title=N_("Data"),
        sentence=N_("See the images it learns from"),
        page="data",
    ),
    "model": Step(
        title=N_("Model"),
        sentence=N_("See the network: pixels in, answers out"),
        page="train",
        places={"how": "model"},
    ),
    "train": Step(
        title=N_("Train"),
        sentence=N_("Train it, and watch the loss fall"),
        page="train",
    ),
    "test": Step(
        title=N_("Test"),
        sentence=N_("See which classes it mixes up"),
        page="test",
    ),
    "draw": Step(
        title=N_("Draw"),
        sentence=N_("Draw a digit, and watch it answer"),
        page="draw",
    ),
}
"""Name → step, in order. A step is done when the thing itself is done, however one came to it."""
