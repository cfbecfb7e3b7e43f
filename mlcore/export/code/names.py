"""What the code calls the three things that a person may choose."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Expressions: of the data sets' folder, the file of losses, the checkpoint to begin from."""

    data: str
    losses: str
    checkpoint: str
