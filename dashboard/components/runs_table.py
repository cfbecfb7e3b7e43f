"""The table of runs: a real table that mouse, keyboard and readers of the screen work with.

`st.dataframe` is drawn on a canvas, reports neither how it is sorted nor what is filtered
(streamlit/streamlit#7105), and its cells hold no links. This component draws rows that the server
has filtered and sorted, and tells it what a person asks for; a row that changes keeps its place.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.script import LASTING, lean
from dashboard.words.translation import _

__all__ = ["Heading", "Row", "RunsTable", "runs_table"]

_STYLE = Path(__file__).with_suffix(".css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column: its name in the address, its label, and whether its cells are figures."""

    name: str
    label: str
    figure: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run, or a group of runs as one row that opens.

    Attributes:
        run: its id.
        name: what its link says.
        state: of the run, for the colour of its sign; of a group that of all its runs, or "".
        cells: the text of each column, and a smaller one after it, or "".
        runs: ids of a group's runs; of a run its own.
        group: it is a group.
        open: it is a group whose runs follow it.
        inside: it is a run of the group before it.
        linked: its name leads to its page.
    """

    run: str
    name: str
    state: str
    cells: tuple[tuple[str, str], ...]
    runs: tuple[str, ...]
    group: bool = False
    open: bool = False
    inside: bool = False
    linked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsTable:
    """What the table shows.

    Attributes:
        headings: of the columns after the name's.
        rows: in order.
        sort: name of the column by which they are sorted.
        descending: the highest first.
        selected: ids, also of runs that are not among the rows.
        matching: how many runs there are.
        left_out: how many rows are not shown.
        echo: what the browser sent last with a selection.
        choosable: rows can be selected.
        words: what is said otherwise than of runs.
    """

    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    sort: str
    descending: bool
    selected: tuple[str, ...]
    matching: int
    left_out: int
    echo: int
    choosable: bool = True
    words: Mapping[str, str] = field(default_factory=dict)


def runs_table(
    table: RunsTable,
    *,
    key: str,
    on_asked: Callable[[str, Any], None],
) -> None:
    """Draw the table.

    Args:
        table: what it shows.
        key: of the component.
        on_asked: called with what a person asks for and its value: "sort" and the name of a
            column, "select" with `{"runs": [ids], "all": whether it is all that match, "echo"}`,
            "open" and an id, "unfold" and the id of a group, or "more" and None.
    """

    def asked() -> None:
        state = st.session_state.get(key)
        wanted = state.get("asked") if isinstance(state, Mapping) else None
        if isinstance(wanted, Mapping):
            on_asked(str(wanted.get("what")), wanted.get("value"))

    data = asdict(table) | {"words": _words(table)}
    text = json.dumps(data, separators=(",", ":"))
    data["revision"] = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    _component()(key=key, data=data, on_asked_change=asked, height="content")


def _words(table: RunsTable) -> dict[str, str]:
    return {
        "table": _("Runs"),
        "name": _("Name"),
        "all": _("Select all {n:,} runs", n=table.matching),
        "select": _("Select {run}", run="{run}"),
        "more": _("Show more"),
        **table.words,
    }


@functools.cache
def _component() -> Any:
    script = LASTING + lean(Path(__file__).with_suffix(".js"))
    css = _STYLE.read_text(encoding="utf-8")
    return st.components.v2.component("runs_table", js=script, css=css, isolate_styles=False)
