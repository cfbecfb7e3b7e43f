"""Two settings of a sweep that are numbers, and what lies between the trials."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.sweep_contour import contour_figure, contour_table, contour_words
from dashboard.charts.sweep_surface import contour_info, contour_settings
from dashboard.panels import downloads
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.panels.runs_parts.column_choice import choose_column
from dashboard.panels.sweep_parts.slices import signs
from dashboard.words.sweeps import objective_label
from dashboard.words.translation import _
from mlcore.sweeps import SweepSummary
from mlcore.sweeps.dimension import Dimension

__all__ = ["draw_contour"]

_KEY = "sweep-contour"


def draw_contour(found: SweepSummary) -> None:
    """The choice of the two settings and the chart, or why there is none."""
    open_clicked()
    numbers = contour_settings(found)
    if len(numbers) < 2:
        st.caption(
            _(
                "A contour needs two settings that vary over numbers, such as learning rate and "
                "weight decay, and this sweep has fewer: Map shows settings of any kind."
            )
        )
        return
    across, up = _choices(numbers)
    if across == up:
        st.info(_("Choose two different settings."), icon=":material/info:")
        return
    info = contour_info(found, across, up)
    if info.lacks:
        st.caption(info.lacks)
        return
    figure = objective_label(found.sweep.objective)
    downloads.chart(
        contour_figure(info, session.colours()),
        key=_KEY,
        title=_(
            "{figure} by {across} and {up}",
            figure=figure,
            across=info.across.label,
            up=info.up.label,
        ),
        file=f"{found.sweep.name}-contour",
        words=contour_words(info),
        table=lambda: contour_table(info),
        on_select=note_click(_KEY),
        selection_mode="points",
    )
    st.caption(signs(info.trials))


def _choices(numbers: Sequence[Dimension]) -> tuple[Dimension, Dimension]:
    by_name = {one.name: one for one in numbers}
    names = list(by_name)
    about = _(
        "One of the settings that vary over numbers. Other settings differ from trial to trial as "
        "well: where they decide more, neighbouring trials may differ much."
    )
    with st.container(horizontal=True, gap="small", key="sweep-contour-choice"):
        across = choose_column(_("Across"), names, names[0], key="sweep-contour-x", help=about)
        up = choose_column(_("Up"), names, names[1], key="sweep-contour-y", help=about)
    return by_name[across.name], by_name[up.name]
