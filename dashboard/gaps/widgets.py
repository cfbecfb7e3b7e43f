"""Values between widgets and session: what a person does is never lost, nothing else counts.

Each message of the browser carries the state of all widgets. So it repeats what a widget showed
before the program gave it another value (a slider whose number was typed, a preset, another run),
and that looks like a change back. And a value that is set through `st.session_state` reaches the
browser only with the run of the script that sets it; another run may replace that one at once.

So a widget's value is never set. A widget whose value the program changes becomes another widget,
with another key, which starts at that value; what the browser still says of the one before is the
value that it was seen to have, and no change. A value that differs from the seen one was entered
by a person, whichever of the two it was entered into, and is taken. That is done before anything
else happens with a message (see `dashboard.gaps.reruns`), so a click finds all values that were on
the screen.

(Closest upstream: streamlit/streamlit#7338, #4247 and #11109, about states that differ between
browser and server.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import streamlit as st

__all__ = ["Shown", "show", "take_changes"]

_FIELDS = "widgets"
_LANGUAGE = "language"  # where the session holds it
_KEPT = 4  # widgets of one name, the current one included, whose changes are still taken
_NAMES = 400  # names that are remembered
_BLANKS = {ord("0") + digit: 0x2000 + digit for digit in range(10)}  # digits as spaces
_NOTHING = object()


class Shown(NamedTuple):
    """With which key and value a widget is drawn."""

    key: str
    value: Any


@dataclass(slots=True)
class _Widget:
    key: str
    number: int  # how many of this name came before it
    edition: str
    seen: Any  # the value that the browser last told, at first the one it was drawn with
    take: Callable[[Any], None]


def show(
    name: str,
    wanted: Any,
    take: Callable[[Any], None],
    *,
    alike: Callable[[Any], bool] | None = None,
    edition: str = "",
) -> Shown:
    """Key and value with which to draw the widget that shows a value of the session.

    Args:
        name: of the widget; its key differs from it in blanks only, which are no part of its class
            in the browser (`st-key-…`).
        wanted: what it is to show.
        take: called with a new value that a person entered, before all callbacks.
        alike: whether a value that the widget holds means the wanted one, as "5e-2" means 0.05.
        edition: another one makes it another widget, as where what its value is called changed.
            So does another language, as a browser tells a choice by what it is called.
    """
    edition = f"{edition}\n{st.session_state.get(_LANGUAGE, '')}"
    fields = _fields()
    widgets = fields[name] = fields.pop(name, [])  # the last one drawn is the last one in the dict
    last = widgets[-1] if widgets else None
    if last is not None and last.edition == edition:
        held = st.session_state.get(last.key, _NOTHING)
        if held is not _NOTHING and (held == wanted or (alike and alike(held))):
            last.take = take
            return Shown(last.key, held)
    number = last.number + 1 if last is not None else 0
    key = name + (str(number).translate(_BLANKS) if number else "")
    fields[name] = [*widgets[1 - _KEPT :], _Widget(key, number, edition, wanted, take)]
    return Shown(key, wanted)


def take_changes() -> None:
    """Take what a person entered since the last call, in the order in which widgets are drawn."""
    fields = _fields()
    for name in list(fields)[:-_NAMES]:
        del fields[name]
    changed = [
        (widget, held)
        for widgets in fields.values()
        for widget in widgets
        if (held := st.session_state.get(widget.key, _NOTHING)) is not _NOTHING
        and held != widget.seen
    ]
    for widget, held in changed:
        widget.seen = held
    for widget, held in changed:
        widget.take(held)


def _fields() -> dict[str, list[_Widget]]:
    """Name → its latest widgets, in the order in which they were last drawn."""
    held: dict[str, list[_Widget]] = st.session_state.setdefault(_FIELDS, {})
    return held
