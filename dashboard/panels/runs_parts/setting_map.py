"""Two settings of the selected runs as a map: which pair of values came to the most."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.run_map import map_figure
from dashboard.charts.run_map_cells import MOST_VALUES, MapInfo, map_info, map_table
from dashboard.panels import downloads
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.runs_parts.column_choice import choose_column
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import sentences
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Column, differing

__all__ = ["draw"]

_KEY = "runs-map-chart"
# None that a choice must not be made by.
_FIGURES = ("best", "validation_accuracy", "validation_loss", "loss")


def draw(runs: Sequence[RunInfo], figure: str = "best") -> None:
    """A cell for each pair of values, and the choice of the two settings and the figure.

    Args:
        runs: those of the map.
        figure: name of the column that is shown at first.
    """
    open_clicked()
    options = [column.name for column in differing(runs) if _fits(column, runs)]
    if len(options) < 2:
        st.caption(
            _(
                "Runs that differ in two settings, such as learning rate and batch size, are drawn "
                "here as a map of which pair came to the most; these do not.",
            )
        )
        return
    across, up, shown = _choices(options, figure)
    if across == up:
        st.info(_("Choose two different settings."), icon=":material/info:")
        return
    info = map_info(runs, across, up, shown)
    downloads.chart(
        map_figure(info, session.colours()),
        key=_KEY,
        title=_(
            "{figure} by {across} and {up}", figure=info.figure, across=info.across, up=info.up
        ),
        file="runs-map",
        words=_words(info),
        table=lambda: map_table(info),
        on_select=note_click(_KEY),
        selection_mode="points",
    )


def _choices(options: Sequence[str], figure: str) -> tuple[Column, Column, Column]:
    """The two settings and the figure."""
    right, above = sorted(options, key=_usual)[:2]
    differs = _("One of the settings in which the selected runs differ.")
    means = _("What the colour of a cell says; several runs of a cell are averaged.")
    with st.container(horizontal=True, gap="small", key="runs-map"):
        return (
            choose_column(_("Across"), options, right, key="runs-map-x", help=differs),
            choose_column(_("Up"), options, above, key="runs-map-y", help=differs),
            choose_column(_("Colour"), _FIGURES, figure, key="runs-map", help=means),
        )


def _usual(name: str) -> int:
    """The settings that people compare most come first."""
    usual = ("optim.lr", "data.batch_size", "model.hidden")
    return usual.index(name) if name in usual else len(usual)


def _fits(column: Column, runs: Sequence[RunInfo]) -> bool:
    """Whether it can stand along an axis: numbers always can, as ranges."""
    numbers = column.kind in ("count", "number", "share")
    return numbers or len({column.read(info) for info in runs}) <= MOST_VALUES


def _words(info: MapInfo) -> str:
    """Which pair came to the most, how much of the map is filled, and what a click does."""
    best = info.best
    if best is None:
        return _("None of these runs has come to a figure yet.")
    text = _(
        "The best cell is framed: {figure} {value} with {across} {column} and {up} {row}.",
        figure=info.figure,
        value=best.text,
        across=info.across,
        column=info.columns[best.column],
        up=info.up,
        row=info.rows[best.row],
    )
    known = ngettext(
        "{n:,} of {all:,} cells has a run.",
        "{n:,} of {all:,} cells have a run.",
        len(info.cells),
        all=len(info.columns) * len(info.rows),
    )
    several = any(len(cell.runs) > 1 for cell in info.cells)
    mean = [_("A cell of several runs shows their mean.")] if several else []
    return sentences(text, known, *mean, _("A click on a cell opens its best run."))
