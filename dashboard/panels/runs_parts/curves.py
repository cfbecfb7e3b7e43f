"""The curves of the selected runs, one over the other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import session
from dashboard.charts.run_curves import (
    MOST_CURVES,
    CurvesInfo,
    RunCurves,
    curves_figure,
    curves_info,
    run_curves,
)
from dashboard.charts.run_scale import AGAINST, Against, StepScale, step_scale
from dashboard.charts.run_tables import curves_table
from dashboard.panels import downloads
from dashboard.server.histories import history_of
from dashboard.words.run_cells import cell_text
from dashboard.words.run_names import distinct_names
from dashboard.words.translation import _, ngettext, translated
from mlcore.runs import RunFolder, RunInfo
from mlcore.runs.library.columns import COLUMNS

__all__ = ["draw"]

_AGAINST = "runs-against"


def draw(runs: Sequence[RunInfo], *, marked: tuple[int, int] | None = None) -> None:
    """The chart, what it is drawn against, and its content in words.

    Args:
        runs: whose curves.
        marked: first and last step of what is pointed at, of the first run.
    """
    against: Against = st.segmented_control(
        _("Against"),
        list(AGAINST),
        default="step",
        required=True,
        format_func=lambda name: translated(AGAINST[name]),
        key=_AGAINST,
        persist_state="session",
        help=_(
            "Steps compare what the weights went through, images what was looked at, seconds what "
            "it cost."
        ),
    )
    shown = runs[:MOST_CURVES]
    names = distinct_names(shown)
    band = _scale(shown[0], against).band(*marked) if shown and marked else None
    info = curves_info([_curves(one, names[one.id], against) for one in shown], against, band)
    if len(runs) > len(shown):
        st.caption(
            _(
                "The curves of the first {n} of the {all:,} selected runs: more could not be told "
                "apart.",
                n=len(shown),
                all=len(runs),
            )
        )
    if not any(run.train_loss[0] for run in info.runs):
        st.info(_nothing(against), icon=":material/hourglass_top:")
        return
    downloads.chart(
        curves_figure(info, session.colours()),
        key="runs-curves",
        title=_("Curves of the selected runs"),
        file="runs-curves",
        words=_words(info, shown),
        table=lambda: curves_table(info),
    )


def _nothing(against: Against) -> str:
    if against == "step":
        return _("None of these runs has done a step yet.")
    return _("None of these runs has done an epoch yet: draw them against steps.")


def _curves(info: RunInfo, name: str, against: Against) -> RunCurves:
    history = history_of(RunFolder(info.path))
    return run_curves(name, history.steps, history.epochs, _scale(info, against))


def _scale(info: RunInfo, against: Against) -> StepScale:
    history = history_of(RunFolder(info.path))
    first = history.starts[0] if history.starts else None
    return step_scale(
        against,
        history.epochs,
        begin=first.step if first else 0,
        steps_per_epoch=first.steps_per_epoch if first else 0,
        batch_size=(first.batch_size if first else 0) or info.config.data.batch_size,
    )


def _words(info: CurvesInfo, runs: Sequence[RunInfo]) -> str:
    """What the chart shows, for those who cannot see it."""
    text = ngettext(
        "The losses of {n} run are drawn; its best validation accuracy is {best}.",
        "The losses of {n} runs are drawn; the best validation accuracy is {best}, of {name}.",
        len(info.runs),
        name=max(
            zip(info.runs, runs, strict=True),
            key=lambda pair: pair[1].best_validation_accuracy or 0.0,
        )[0].name,
        best=max(
            (one.best_validation_accuracy or 0.0, cell_text(COLUMNS["best"], one)) for one in runs
        )[1],
    )
    return text if info.validated else _("No images are held out of these runs to validate on.")
