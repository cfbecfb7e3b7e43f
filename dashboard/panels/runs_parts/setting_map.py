"""Two settings of the selected runs as a map: which pair of values came to the most."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.run_map import map_figure
from dashboard.charts.run_map_cells import MOST_VALUES, MapCell, MapInfo, map_info, map_table
from dashboard.charts.trial_kinds import TrialsOfRuns
from dashboard.panels import downloads
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.runs_parts.column_choice import choose_column
from dashboard.words.run_cells import column_label
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import listed, sentences
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import Column, differing

__all__ = ["draw"]

_KEY = "runs-map-chart"
# None that a choice must not be made by.
_FIGURES = ("best", "validation_accuracy", "validation_loss", "loss")


def draw(runs: Sequence[RunInfo], figure: str = "best", trials: TrialsOfRuns | None = None) -> None:
    """A cell for each pair of values, and the choice of the two settings and the figure.

    Args:
        runs: those of the map.
        figure: name of the column that is shown at first.
        trials: what is known of the runs where they are the trials of a sweep: a cell shows the
            best of those that were trained to their end, as a search looks for that; of other
            runs, which may differ in their seed alone, it shows the mean.
    """
    open_clicked()
    options = [column.name for column in differing(runs) if _fits(column, runs)]
    if len(options) < 2 and trials is not None:
        st.caption(_("The map begins once there are trials that differ in two settings."))
        return
    if len(options) < 2:
        st.caption(
            _(
                "Runs that differ in two settings, such as learning rate and batch size, are drawn "
                "here as a map of which pair came to the most; these do not.",
            )
        )
        return
    across, up, shown = _choices(options, figure, trials)
    if across == up:
        st.info(_("Choose two different settings."), icon=":material/info:")
        return
    info = map_info(runs, across, up, shown, trials)
    others = [column for column in differing(runs) if column.name not in (across.name, up.name)]
    downloads.chart(
        map_figure(info, session.colours()),
        key=_KEY,
        title=_(
            "{figure} by {across} and {up}", figure=info.figure, across=info.across, up=info.up
        ),
        file="runs-map",
        words=_words(info) if trials is None else _trials_words(info, others),
        table=lambda: map_table(info),
        on_select=note_click(_KEY),
        selection_mode="points",
    )


def _choices(
    options: Sequence[str], figure: str, trials: TrialsOfRuns | None
) -> tuple[Column, Column, Column]:
    """The two settings and the figure."""
    right, above = sorted(options, key=_usual)[:2]
    if trials is None:
        differs = _("One of the settings in which the selected runs differ.")
        means = _("What the colour of a cell says; several runs of a cell are averaged.")
    else:
        differs = _("One of the settings in which the trials differ.")
        means = _("What the colour of a cell says: the figure of its best whole trial.")
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
    several = any(len(cell.runs) > 1 for cell in info.cells)
    mean = [_("A cell of several runs shows their mean.")] if several else []
    click = _("A click on a cell opens its best run.")
    return sentences(_framed(info, best), _filled(info), *mean, click)


def _trials_words(info: MapInfo, others: Collection[Column]) -> str:
    """The same of the trials of a sweep.

    Args:
        info: the map.
        others: the settings along neither axis in which trials differ.
    """
    best = info.best
    framed = _framed(info, best) if best else _("No trial was trained to its end yet.")
    if others:
        cell = _(
            "A cell shows the best of its trials that were trained to their end, whatever their "
            "{settings}.",
            settings=listed([column_label(column) for column in others]),
        )
    else:
        cell = _("A cell shows the best of its trials that were trained to their end.")
    kinds = {one.kind for one in info.cells}
    signs = []
    if "partial" in kinds:
        signs.append(_("Where there is a ×, all were given up before."))
    if "open" in kinds:
        signs.append(_("Where there is a ○, none has ended and one is under way."))
    click = _("A click on a cell opens its best run.")
    return sentences(framed, cell, *signs, _filled(info), click)


def _framed(info: MapInfo, best: MapCell) -> str:
    return _(
        "The best cell is framed: {figure} {value} with {across} {column} and {up} {row}.",
        figure=info.figure,
        value=best.text,
        across=info.across,
        column=info.columns[best.column],
        up=info.up,
        row=info.rows[best.row],
    )


def _filled(info: MapInfo) -> str:
    return ngettext(
        "{n:,} of {all:,} cells has a run.",
        "{n:,} of {all:,} cells have a run.",
        len(info.cells),
        all=len(info.columns) * len(info.rows),
    )
