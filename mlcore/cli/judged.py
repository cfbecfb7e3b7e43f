"""A verdict on two settings in a shell: as JSON, and as its sentence."""

from __future__ import annotations

import math
from typing import Any

from mlcore.insight.verdict import Verdict, verdict_words

__all__ = ["verdict_line", "verdict_record"]

_BETTER = (None, "first", "second")


def verdict_record(found: Verdict) -> dict[str, Any]:
    """The test, the effect with its interval, and which is better; null where nothing is known."""
    ends = (found.low, found.high)
    return {
        "test": found.test,
        "difference": found.difference,
        "interval": list(ends) if all(map(math.isfinite, ends)) else None,
        "p": found.p,
        "n": list(found.n),
        "better": _BETTER[found.better],
    }


def verdict_line(found: Verdict) -> str:
    """The verdict on "the first" and "the second"."""
    words = verdict_words(found, "the first", "the second")
    return words[0].upper() + words[1:]
