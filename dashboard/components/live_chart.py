"""The live chart: a Plotly figure whose node, zoom and hover survive every refresh.

`st.plotly_chart` makes a new node whenever its data change (streamlit/streamlit#5107, closed), and
reports no zoom (streamlit/streamlit#8655). This component keeps its node and calls `Plotly.react`;
arrays travel as bytes, and the range of steps that a person zoomed to comes back, so that the next
refresh sends its detail.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from dashboard.components import plotly_js
from dashboard.components.message import message
from dashboard.components.script import LASTING, lean
from dashboard.words.translation import _

__all__ = ["chart_message", "live_chart", "pack", "visible_range"]

_KINDS = {"f4": "<f4", "f8": "<f8", "i4": "<i4"}


def live_chart(message: bytes, *, key: str, on_missed: Callable[[], None] | None = None) -> None:
    """Draw a figure, or update its data.

    Args:
        message: what `chart_message` gave.
        key: of the widget.
        on_missed: called when the next data did not arrive.
    """
    _component()(
        key=key,
        data=message,
        on_visible_change=_do_nothing,
        on_missed_change=on_missed or _do_nothing,
    )


def chart_message(
    frame: Mapping[str, Any],
    arrays: Sequence[Mapping[str, Any]],
    *,
    run: str,
    words: str = "",
    news: Mapping[str, Any] | None = None,
    due: float = 0.0,
    seldom: str = "",
) -> bytes:
    """The figure as the browser takes it; the same for all sessions that show it alike.

    Args:
        frame: "data" (traces without arrays) and "layout", as `Figure.to_plotly_json` gives them;
            colours and fonts may be written as "var(--st-…)" and follow the theme.
        arrays: for each trace the arrays (NumPy, or short lists) to put in.
        run: what is drawn; its zoom is remembered under this name while the tab is open.
        words: what the figure shows, for those who cannot see it.
        news: "text" to announce to readers of the screen, the "state" it belongs to, and whether
            the run has "ended"; announced calmly, and only when it changes.
        due: seconds in which the next data are expected; 0: none are expected. While they are
            late the chart says so.
        seldom: a remark on the chart while data are expected.
    """
    spoken = {"words": words, "news": dict(news) if news else None, "seldom": seldom}
    return pack(frame, arrays, run=run, plotly=plotly_js.url(), due=due, spoken=spoken)


def visible_range(key: str, run: str) -> tuple[float, float] | None:
    """First and last step that `run`'s chart is zoomed to; None: all of them, or not known."""
    state = st.session_state.get(key)
    visible = state.get("visible") if isinstance(state, Mapping) else None
    if not isinstance(visible, Mapping) or visible.get("run") != run:
        return None
    try:
        low, high = sorted(float(end) for end in visible["range"])
    except (KeyError, TypeError, ValueError):
        return None
    return (low, high) if np.isfinite([low, high]).all() else None


def pack(
    frame: Mapping[str, Any],
    arrays: Sequence[Mapping[str, Any]],
    *,
    run: str,
    plotly: str = "",
    due: float = 0.0,
    spoken: Mapping[str, Any] | None = None,
) -> bytes:
    """The message to the browser: header length (uint32), header (JSON), arrays (bytes).

    The header's `revision` is a digest of the content, so the browser skips what it has drawn;
    `spoken` is no part of that.
    """
    traces = [dict(trace) for trace in frame["data"]]
    slices: list[dict[str, Any]] = []
    parts: list[bytes] = []
    offset = 0
    for index, fields in enumerate(arrays):
        for name, values in fields.items():
            if not isinstance(values, np.ndarray):
                traces[index][name] = values
                continue
            kind = _kind(values)
            part = values.astype(_KINDS[kind], copy=False).tobytes()
            slices.append(
                {"trace": index, "name": name, "kind": kind, "offset": offset, "size": len(part)}
            )
            parts.append(part)
            offset += len(part)
    body = b"".join(parts)
    header = {"data": traces, "layout": frame["layout"], "run": run, "arrays": slices}
    text = json.dumps(header, separators=(",", ":"), allow_nan=False)
    digest = hashlib.blake2b(text.encode() + body, digest_size=8).hexdigest()
    points = max((len(fields.get("x", ())) for fields in arrays), default=0)
    header |= {"revision": digest, "plotly": plotly, "points": points, "due": due, **(spoken or {})}
    header["not_loaded"] = _("The chart could not be loaded; reload the page.")
    header["late"] = _("As it was {seconds} s ago: the server has not answered since.", seconds="#")
    return message(header, body)


def _kind(values: np.ndarray[Any, Any]) -> str:
    if values.dtype.kind in "iub":
        return "i4"
    return "f4" if values.dtype == np.float32 else "f8"


@functools.cache
def _script() -> str:
    """The component's script without its comments: it is sent with every refresh."""
    folder = Path(__file__).parent
    parts = ("type_size", "chart_labels", "live_chart")
    return plotly_js.LOADER + LASTING + "".join(lean(folder / f"{part}.js") for part in parts)


@functools.cache
def _component() -> Any:
    return st.components.v2.component("live_chart", js=_script(), isolate_styles=False)


def _do_nothing() -> None:
    """A component's change needs a callback; the fragment around it reruns by itself."""
