"""Settings and figures of the selected runs: parallel coordinates, and any against any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.run_axes import run_axis
from dashboard.charts.run_parallel import MOST_LINES, parallel_figure, parallel_info, parallel_table
from dashboard.charts.run_scatter import ScatterInfo, scatter_figure, scatter_info, scatter_table
from dashboard.charts.trial_kinds import TrialsOfRuns, signs_said
from dashboard.panels import downloads
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.runs_parts.column_choice import choose_column
from dashboard.words.run_cells import cell_text, column_label
from dashboard.words.run_names import distinct_names
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import listed_apart, sentences
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Column, differing

__all__ = ["draw_parallel", "draw_scatter"]

_MOST_AXES = 7
_SCATTER = "runs-scatter-chart"
_LOSSES = ("loss", "validation_loss")
_FIGURES = (
    *("best", "test", "loss", "validation_loss", "validation_accuracy"),
    *("duration", "pace", "epoch"),
)


def draw_parallel(
    runs: Sequence[RunInfo], figure: str = "best", trials: TrialsOfRuns | None = None
) -> None:
    """Each run as a line over the settings that differ, to a figure: its best validation accuracy.

    Args:
        runs: those of the chart.
        figure: name of the column at the end.
        trials: what is known of the runs where they are the trials of a sweep.
    """
    shown = _newest(runs, trials) if trials else runs[:MOST_LINES]
    columns = differing(shown)[:_MOST_AXES]
    if len(shown) < 2 or not columns:
        st.caption(_("Select runs whose settings differ, and see here which settings go together."))
        return
    last = COLUMNS[figure]
    if all(last.read(info) is None for info in shown):
        last = COLUMNS["loss"]
    names = distinct_names(shown)
    axes = [run_axis(column, shown) for column in (*columns, last)]
    info = parallel_info(
        [names[one.id] for one in shown],
        axes,
        ids=[one.id for one in shown],
        trials=trials,
        lowest=last.kind != "share",
    )
    words = [_best_words(shown, columns, last, names, trials)]
    if trials is not None:
        words += _trials_words(len(runs) - len(shown))
    downloads.chart(
        parallel_figure(info, session.colours()),
        key="runs-parallel",
        title=_("Settings of the selected runs"),
        file="runs-parallel",
        words=sentences(*words),
        table=lambda: parallel_table(info),
    )


def _trials_words(older: int) -> list[str]:
    """What the lines of trials mean, and how many older ones have no room."""
    words = [
        _(
            "A dotted line with crosses is a trial that was given up before its end, a dashed "
            "one with rings one that is under way."
        )
    ]
    if older:
        words.append(
            ngettext("{n:,} older trial is not drawn.", "{n:,} older trials are not drawn.", older)
        )
    return words


def _newest(runs: Sequence[RunInfo], trials: TrialsOfRuns) -> list[RunInfo]:
    """As many trials as have room: the newest, and the best."""
    newest = list(runs[-MOST_LINES:])
    best = [info for info in runs[:-MOST_LINES] if info.id == trials.best]
    return best + newest[len(best) :]


def _best_words(
    shown: Sequence[RunInfo],
    columns: Sequence[Column],
    last: Column,
    names: Mapping[str, str],
    trials: TrialsOfRuns | None,
) -> str:
    """Which run came to the most, and with which settings; of trials those that are whole."""
    known = [
        info
        for info in shown
        if last.read(info) is not None
        if trials is None or trials.kinds.get(info.id) == "whole"
    ]
    if not known and trials is not None:
        return _("No trial was trained to its end yet.")
    if not known:
        return _("None of these runs has come to a figure yet.")
    pick = max if last.kind == "share" else min
    best = pick(known, key=lambda info: last.read(info) or 0)
    settings = listed_apart(
        _("{setting} {value}", setting=column_label(c), value=cell_text(c, best)) for c in columns
    )
    return _(
        "The strongest line is {name} ({figure} {value}): {settings}.",
        name=names[best.id],
        figure=column_label(last),
        value=cell_text(last, best),
        settings=settings,
    )


def draw_scatter(
    runs: Sequence[RunInfo], figure: str = "best", trials: TrialsOfRuns | None = None
) -> None:
    """A point a run; what its place says is chosen above, and a click on one opens its run.

    Args:
        runs: those of the chart.
        figure: name of the column that goes up at first.
        trials: what is known of the runs where they are the trials of a sweep.
    """
    open_clicked()
    options = [*_FIGURES, *(name for name, column in COLUMNS.items() if column.setting)]
    differ = [column.name for column in differing(runs)]
    across = differ[0] if differ else "optim.lr"
    with st.container(horizontal=True, gap="small", key="runs-scatter"):
        x = choose_column(_("Across"), options, across, key="runs-scatter-x")
        y = choose_column(_("Up"), options, figure, key="runs-scatter-y")
    names = distinct_names(runs)
    info = scatter_info(
        [names[one.id] for one in runs],
        run_axis(x, runs),
        run_axis(y, runs),
        ids=[one.id for one in runs],
        trials=trials,
    )
    if not info.points:
        st.info(_("Of none of these runs both are known."), icon=":material/info:")
        return
    downloads.chart(
        scatter_figure(info, session.colours()),
        key=_SCATTER,
        title=_("{up} against {across}", up=info.y.label, across=info.x.label),
        file="runs-scatter",
        words=_scatter_words(info, len(runs), y),
        table=lambda: scatter_table(info),
        on_select=note_click(_SCATTER),
        selection_mode="points",
    )


def _scatter_words(info: ScatterInfo, runs: int, up: Column) -> str:
    """How many runs are drawn, which stands best, and what a click does."""
    parts = [ngettext("{n:,} run is drawn.", "{n:,} runs are drawn.", len(info.points))]
    counting = info.counting
    if len(counting) > 1 and not info.y.names:
        lowest = up.name in _LOSSES
        pick = min if lowest else max  # of equals the earlier
        top = pick(counting, key=lambda index: info.points[index][1])
        x, y = info.texts[top]
        place = {"name": info.names[top], "up": info.y.label, "across": info.x.label}
        if lowest:
            said = _("Lowest is {name}: {up} {y} at {across} {x}.", x=x, y=y, **place)
        else:
            said = _("Highest is {name}: {up} {y} at {across} {x}.", x=x, y=y, **place)
        parts.append(said)
    left_out = runs - len(info.points)
    if info.trials is not None:
        parts.append(signs_said())
        if left_out:
            parts.append(
                ngettext(
                    "{n:,} that diverged, failed or has no figure yet is not drawn.",
                    "{n:,} that diverged, failed or have no figure yet are not drawn.",
                    left_out,
                )
            )
        return sentences(*parts)
    parts.append(_("A click on a point opens its run."))
    if left_out:
        parts.append(
            ngettext(
                "Of {n:,} other one of the two is not known.",
                "Of {n:,} others one of the two is not known.",
                left_out,
            )
        )
    return sentences(*parts)
