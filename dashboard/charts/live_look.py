"""What the charts of the live component share: their colours are variables of the page's theme."""

from __future__ import annotations

from typing import Any

from dashboard.charts.theme import CLEAR

__all__ = ["live_layout", "live_title"]


def live_layout() -> dict[str, Any]:
    """Background, text and hover label of a layout."""
    background = "var(--st-background-color)"
    return {
        "paper_bgcolor": background,  # also of the line below the pointer
        "plot_bgcolor": CLEAR,  # an opaque one of a hidden axis would cover the curves
        "font": {"color": "var(--st-text-color)", "family": "var(--st-font)", "size": 13},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": background,
            "bordercolor": "var(--st-border-color)",
            "font": {"color": "var(--st-text-color)"},
        },
        "dragmode": "zoom",
    }


def live_title(text: str) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": text, "font": {"size": 13, "color": "var(--st-chart-muted)"}}
