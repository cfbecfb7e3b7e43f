"""What the charts of the live component share: their colours are variables of the page's theme."""

from __future__ import annotations

from typing import Any

from dashboard.charts.theme import CLEAR, SMALL, TEXT

__all__ = ["live_axis", "live_layout", "live_modebar", "live_steps", "live_title"]


def live_layout() -> dict[str, Any]:
    """Background, text and hover label of a layout."""
    background = "var(--st-background-color)"
    return {
        "paper_bgcolor": background,  # also of the line below the pointer
        "plot_bgcolor": CLEAR,  # an opaque one of a hidden axis would cover the curves
        "font": {"color": "var(--st-text-color)", "family": "var(--st-font)", "size": TEXT},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": background,
            "bordercolor": "var(--st-border-color)",
            "font": {"color": "var(--st-text-color)"},
        },
        "dragmode": "zoom",
    }


def live_title(text: str) -> dict[str, Any]:
    """The title of an axis, a little away from its longest number."""
    return {
        "text": text,
        "font": {"size": TEXT, "color": "var(--st-chart-muted)"},
        "standoff": 8,
    }


def live_axis() -> dict[str, Any]:
    """What all axes share, as `theme.axis` of the charts that stand still."""
    return {
        "gridcolor": "var(--st-border-color-light)",
        "linecolor": "var(--st-border-color)",
        "tickcolor": "var(--st-border-color)",
        "zeroline": False,
        "tickfont": {"size": SMALL, "color": "var(--st-chart-muted)"},
    }


def live_steps() -> dict[str, Any]:
    """The line below the pointer, of an axis of steps."""
    return {
        "showgrid": False,
        "showline": True,
        "spikecolor": "var(--st-chart-muted)",
        "spikethickness": 1,
        "spikedash": "dot",
    }


def live_modebar() -> dict[str, Any]:
    """Plotly's own buttons."""
    return {
        "bgcolor": CLEAR,
        "color": "var(--st-chart-muted)",
        "activecolor": "var(--st-primary-color)",
    }
