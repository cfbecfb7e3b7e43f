"""What a finding is: a kind, sentences with their values apart, evidence, and a thing to try."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from mlcore import errors
from mlcore.errors import Notice
from mlcore.rules import Value

__all__ = ["KINDS", "Evidence", "Finding", "Kind", "Tone"]

Kind = Literal[
    "diverging",
    "learning_rate_too_high",
    "dead_units",
    "over_fitting",
    "under_fitting",
    "learning_rate_too_low",
    "start_far_off",
    "plateau",
    "finished_too_early",
    "noisy",
    "learning",
    "start_expected",
]
"""What can be found in a run, most urgent first."""

KINDS: tuple[Kind, ...] = get_args(Kind)

Tone = Literal["good", "note", "problem"]
"""Whether all is well, something can be better, or something is wrong."""

_NOTHING: Mapping[str, Value] = types.MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The steps in which a finding is seen; both are marked on a chart.

    Attributes:
        first, last: steps, from 1.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a history shows.

    Attributes:
        kind: which.
        tone: how serious it is.
        title: a few words.
        says: one or two sentences, with the values that were seen.
        evidence: where it is seen.
        advice: a thing to try; None: nothing need be done.
        changes: the same as settings, dotted name → value; empty where no setting does it.
        doubt: why it may be otherwise; None: it is certain.
    """

    kind: Kind
    tone: Tone
    title: Notice
    says: Notice
    evidence: Evidence
    advice: Notice | None = None
    changes: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    doubt: Notice | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object: sentences as `mlcore.errors.to_json` writes them, and in English."""
        return {
            "kind": self.kind,
            "tone": self.tone,
            "title": str(self.title),
            "first_step": self.evidence.first,
            "last_step": self.evidence.last,
            "changes": dict(self.changes),
            **{
                name: None if notice is None else {"text": str(notice), **errors.to_json(notice)}
                for name, notice in (
                    ("says", self.says),
                    ("advice", self.advice),
                    ("doubt", self.doubt),
                )
            },
        }
