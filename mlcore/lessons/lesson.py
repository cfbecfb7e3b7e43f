"""`Lesson`: one experiment, in words and by the names of the functions that it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlcore.lessons.curves import Pair
from mlcore.words import N_

__all__ = ["Evidence", "Lesson", "Side", "Symptom"]

_UNSEEN = N_("This time it cannot be seen: so it goes by chance. Run it with another seed.")

Evidence = Mapping[str, float]
"""The figures that a lesson's sentence names; what they are is said by the sentence."""

Symptom = Callable[[Pair], Evidence | None]
"""Curves → the figures of the symptom; None where it cannot be seen in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is run on one side.

    Attributes:
        label: of its curves.
        train: the loop, as "module.function" of `mlcore.lessons.experiments`.
        measure: how the accuracy is measured, in the same way.
        batch: images of a step.
    """

    label: str
    train: str = "usual.usual"
    measure: str = "kit.accuracy"
    batch: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One experiment.

    Attributes:
        name: in the address and in the shell.
        title: what is done wrong.
        question: as a learner asks it.
        wrong: the side with the mistake.
        right: the other.
        symptom: what is looked for in the curves.
        seen: what is seen, with the names of the evidence in braces.
        why: the explanation.
        check: where to look in one's own code.
        measuring: the sides differ in how they measure; else in how they train.
        log: the axis of losses is logarithmic.
        floor: where the axis of losses ends below; None: at the lowest loss.
        harmless: nothing goes wrong, and that is what is seen.
        by_images: drawn against the images seen, since the sides have batches of other sizes.
        pause: seconds between two turns on the page, so that a person can watch.
    """

    name: str
    title: str
    question: str
    wrong: Side
    right: Side
    symptom: Symptom
    seen: str
    why: str
    check: str
    measuring: bool = False
    log: bool = False
    floor: float | None = None
    harmless: bool = False
    by_images: bool = False
    pause: float = 0.02

    def code(self, side: Side) -> str:
        """Name of the function of a side that the page shows."""
        return side.measure if self.measuring else side.train

    def found_in(self, pair: Pair) -> tuple[str, Evidence]:
        """What is seen in these curves: a text, and the figures that belong into it."""
        evidence = self.symptom(pair)
        return (_UNSEEN, {}) if evidence is None else (self.seen, evidence)
