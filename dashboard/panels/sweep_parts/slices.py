"""Each varied setting of a sweep against what the trials came to, in a small chart each."""

from __future__ import annotations

import streamlit as st

from dashboard import session
from dashboard.charts.sweep_marks import TrialGroups, older_words, trial_groups
from dashboard.charts.sweep_slices import slice_figure, slice_infos, slice_table, slice_words
from dashboard.charts.trial_kinds import signs_said
from dashboard.panels import downloads
from dashboard.panels.runs_parts.clicked import note_click, open_clicked
from dashboard.words.sweeps import objective_label
from dashboard.words.translation import _
from dashboard.words.wording import sentences
from mlcore.sweeps import SweepSummary

__all__ = ["draw_slices", "signs"]

_WIDTH = 420  # pixels of a chart; less on a phone


def draw_slices(found: SweepSummary) -> None:
    """The charts, as many beside each other as there is room."""
    open_clicked()
    infos = slice_infos(found)
    if not any(info.trials.all for info in infos):
        st.caption(_("No trial has come to a figure yet."))
        return
    title = _("Each setting against the figure")
    st.markdown(
        f"**{title}**",
        help=_(
            "Look for values at which all trials are good, and for a range beyond which none is: "
            "there the next sweep can be narrower. Points of one value that lie far apart differ "
            "by the other settings, or by chance."
        ),
    )
    with st.container(horizontal=True, gap="medium", key="sweep-slices"):
        for info in infos:
            key = f"sweep-slice-{info.axis.name}".replace(".", "-")
            with st.container(width=_WIDTH, gap="small"):
                downloads.chart(
                    slice_figure(info, session.colours()),
                    key=key,
                    title=_(
                        "{up} against {across}",
                        up=objective_label(found.sweep.objective),
                        across=info.axis.label,
                    ),
                    file=f"{found.sweep.name}-{info.axis.name}",
                    words=slice_words(info),
                    table=lambda info=info: slice_table(info),  # type: ignore[misc]
                    on_select=note_click(key),
                    selection_mode="points",
                )
    st.caption(signs(trial_groups(found)))


def signs(trials: TrialGroups) -> str:
    """What the marks of trials mean, what a click does, and what is left out."""
    return sentences(signs_said(), older_words(trials))
