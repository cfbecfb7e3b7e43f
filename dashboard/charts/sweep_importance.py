"""How much each setting of a sweep decided, as bars."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from dashboard.charts.numbers import PERCENT_AXIS
from dashboard.charts.table import Table
from dashboard.charts.theme import SMALL, Palette, axis, layout
from dashboard.words.setting_names import setting_label
from dashboard.words.translation import _
from dashboard.words.wording import as_label, percent

__all__ = ["importance_figure", "importance_table", "share_text"]

_BAR, _AROUND = 36, 64  # pixels: a bar, and what is around them
_BEYOND = 118  # per cent: where the axis ends, so that the figure of a whole bar has room


def importance_figure(shares: Mapping[str, float], colours: Palette) -> go.Figure:
    """The chart, the largest share at the top.

    Args:
        shares: setting → share of 0 to 1, the largest first.
        colours: of the page.
    """
    labels = [setting_label(name) for name in shares]
    bars = go.Bar(
        x=[100 * share for share in shares.values()],
        y=list(range(len(labels))),
        orientation="h",
        width=0.62,
        marker={"color": colours.series[0]},
        text=[share_text(share) for share in shares.values()],
        textposition="outside",
        textfont={"color": colours.text, "size": SMALL},
        cliponaxis=False,
        hovertext=[f"<b>{as_label(label, 60)}</b>" for label in labels],
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    shared = axis(colours)
    across = {
        "title": {"text": _("Share of what the settings decided")} | shared["title"],
        "range": [0, _BEYOND],
        "tickvals": [0, 25, 50, 75, 100],
        "fixedrange": True,
    }
    up = {
        "tickvals": list(range(len(labels))),
        "ticktext": [as_label(label, 22) for label in labels],
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }
    shown = {
        "dragmode": False,
        "xaxis": shared | dict(PERCENT_AXIS) | across,
        "yaxis": shared | up,
    }
    return go.Figure(bars, layout(colours, height=_AROUND + _BAR * len(labels)) | shown)


def importance_table(shares: Mapping[str, float]) -> Table:
    """Each setting with its share."""
    return Table(
        (_("Setting"), _("Share")),
        tuple((setting_label(name), share_text(share)) for name, share in shares.items()),
    )


def share_text(share: float) -> str:
    """A share as it is read: no more digits than it has meaning."""
    return percent(share, 0)
