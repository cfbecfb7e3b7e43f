"""Settings and figures of the selected runs: parallel coordinates, and any against any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.run_axes import run_axis
from dashboard.charts.run_parallel import MOST_LINES, parallel_figure, parallel_info, parallel_table
from dashboard.charts.run_scatter import ScatterInfo, scatter_figure, scatter_info, scatter_table
from dashboard.panels import downloads
from dashboard.panels.runs_parts.column_choice import choose_column
from dashboard.words.run_cells import cell_text, column_label
from dashboard.words.run_names import distinct_names
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import listed_apart, sentences
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS, Column, differing

__all__ = ["draw_parallel", "draw_scatter"]

_MOST_AXES = 7
_FIGURES = (
    *("best", "test", "loss", "validation_loss", "validation_accuracy"),
    *("duration", "pace", "epoch"),
)


def draw_parallel(runs: Sequence[RunInfo], figure: str = "best") -> None:
    """Each run as a line over the settings that differ, to a figure: its best validation accuracy.

    Args:
        runs: those of the chart.
        figure: name of the column at the end.
    """
    shown = runs[:MOST_LINES]
    columns = differing(shown)[:_MOST_AXES]
    if len(shown) < 2 or not columns:
        st.caption(_("Select runs whose settings differ, and see here which settings go together."))
        return
    last = COLUMNS[figure]
    if all(last.read(info) is None for info in shown):
        last = COLUMNS["loss"]
    names = distinct_names(shown)
    axes = [run_axis(column, shown) for column in (*columns, last)]
    info = parallel_info([names[one.id] for one in shown], axes)
    downloads.chart(
        parallel_figure(info, session.colours()),
        key="runs-parallel",
        title=_("Settings of the selected runs"),
        file="runs-parallel",
        words=_best_words(shown, columns, last, names),
        table=lambda: parallel_table(info),
    )


def _best_words(
    shown: Sequence[RunInfo], columns: Sequence[Column], last: Column, names: Mapping[str, str]
) -> str:
    """Which run came to the most, and with which settings."""
    known = [info for info in shown if last.read(info) is not None]
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


def draw_scatter(runs: Sequence[RunInfo], figure: str = "best") -> None:
    """A point a run; what its place says is chosen above.

    Args:
        runs: those of the chart.
        figure: name of the column that goes up at first.
    """
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
    )
    if not info.points:
        st.info(_("Of none of these runs both are known."), icon=":material/info:")
        return
    downloads.chart(
        scatter_figure(info, session.colours()),
        key="runs-scatter-chart",
        title=_("{up} against {across}", up=info.y.label, across=info.x.label),
        file="runs-scatter",
        words=_scatter_words(info, len(runs)),
        table=lambda: scatter_table(info),
    )


def _scatter_words(info: ScatterInfo, runs: int) -> str:
    """How many runs are drawn, and which stands highest."""
    parts = [ngettext("{n:,} run is drawn.", "{n:,} runs are drawn.", len(info.points))]
    if len(info.points) > 1 and not info.y.names:
        top = max(range(len(info.points)), key=lambda index: info.points[index][1])
        x, y = info.texts[top]
        parts.append(
            _(
                "Highest is {name}: {up} {y} at {across} {x}.",
                name=info.names[top],
                up=info.y.label,
                across=info.x.label,
                x=x,
                y=y,
            )
        )
    left_out = runs - len(info.points)
    if left_out:
        parts.append(
            ngettext(
                "Of {n:,} other one of the two is not known.",
                "Of {n:,} others one of the two is not known.",
                left_out,
            )
        )
    return sentences(*parts)
