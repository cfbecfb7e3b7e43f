"""Charts for a projector: larger type, stronger lines, text of high contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.theme import DARK, Palette

__all__ = ["HEIGHT", "TYPE", "enlarged", "for_projector"]

TYPE = 1.4
"""How much larger type, lines and marks are."""

HEIGHT = 1.25
"""How much higher a chart is; it is as wide as its place."""

_IN_CELLS = 10  # pixels of type, before it is enlarged
_PADDING = frozenset("lrtb")


def for_projector(colours: Palette) -> Palette:
    """The same palette with text of at least 7:1 to the page, and with lines that can be seen."""
    if colours.name == DARK.name:
        return replace(colours, text="#ffffff", muted="#dbe5e8", grid="#435861")
    return replace(colours, text="#000000", muted="#26363d", grid="#b3c1c6")


def enlarged(figure: go.Figure) -> go.Figure:
    """A copy of a figure with larger type, stronger lines and larger marks."""
    drawn = figure.to_dict()
    layout = {name: part for name, part in drawn["layout"].items() if name != "template"}
    layout = {"font": {"size": 12}} | layout
    layout["hoverlabel"] = {"font": {"size": 13}} | layout.get("hoverlabel", {})
    layout["hoverlabel"]["font"] = {"size": 13} | layout["hoverlabel"]["font"]
    drawn["layout"] = _larger(layout)
    if "height" in layout:
        drawn["layout"]["height"] = layout["height"] * HEIGHT
    drawn["data"] = [_larger(_with_sizes(trace)) for trace in drawn["data"]]
    return go.Figure(drawn)


def _with_sizes(trace: dict[str, Any]) -> dict[str, Any]:
    """With the sizes that Plotly gives curves and marks by itself."""
    if not trace.get("type", "scatter").startswith("scatter"):
        return trace
    if trace.get("mode") == "text":  # in the cells of a matrix, which are no larger
        return trace | {"textfont": {"size": _IN_CELLS} | trace.get("textfont", {})}
    return trace | {
        "line": {"width": 2} | trace.get("line", {}),
        "marker": {"size": 6} | trace.get("marker", {}),
    }


def _larger(part: Any, of: str = "") -> Any:
    if isinstance(part, dict):
        return {
            name: _times(value) if _is_size(name, of) else _larger(value, name)
            for name, value in part.items()
        }
    if isinstance(part, list | tuple) and part and isinstance(part[0], dict):
        return [_larger(one, of) for one in part]
    return part


def _is_size(name: str, of: str) -> bool:
    if name == "size":
        return of.endswith("font") or of == "marker"
    if of == "margin":
        return name in _PADDING
    return (name == "width" and of == "line") or name in ("thickness", "xshift", "yshift")


def _times(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_times(one) for one in value]
    return value * TYPE if isinstance(value, int | float) else value
