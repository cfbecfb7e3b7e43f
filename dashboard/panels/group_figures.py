"""A group of runs on the page: its figures with their spread, its curves, and its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.charts.run_tables import band_table
from dashboard.charts.seed_band import (
    FIGURES,
    BandKind,
    band_arrays,
    band_frame,
    band_info,
    band_words,
)
from dashboard.components.live_chart import chart_message, live_chart
from dashboard.panels.chart_table import chart_table
from dashboard.panels.figures import metric_with_note
from dashboard.panels.plain_table import plain_table
from dashboard.server.histories import epochs_of
from dashboard.words.groups import distinct_group_names, group_name
from dashboard.words.run_names import state_name
from dashboard.words.translation import N_, _, ngettext, translated
from dashboard.words.wording import figure, listed, percent
from mlcore.insight.t_tests import Spread
from mlcore.runs.library.groups import RunGroup
from mlcore.runs.library.mean_curves import EpochFigure
from mlcore.words import mean_figure, mean_percent

__all__ = ["group_cards", "group_curves", "group_part", "group_runs"]

_KINDS: Mapping[BandKind, str] = {
    "band": N_("Standard deviation"),
    "curves": N_("All curves"),
}


def group_part(group: RunGroup) -> None:
    """All of a group: how far it is, its figures, curves and runs."""
    with st.container(key="group", gap="small"):
        st.header(_("Over {n} seeds", n=len(group.counted)), anchor=False)
        st.caption(how_far(group))
        group_cards(group)
        group_curves([group], key="group-chart")
        with st.expander(_("The runs of this group"), key="group-runs-box"):
            group_runs(group)


def how_far(group: RunGroup) -> str:
    """One line: how many of the runs have finished, and which seeds they have."""
    seeds = listed(str(seed) for seed in group.seeds)
    return " · ".join(
        [
            ngettext(
                "{done} of {n} run finished",
                "{done} of {n} runs finished",
                len(group.counted),
                done=len(group.finished),
            ),
            _("seeds {seeds}", seeds=seeds),
        ]
    )


def group_cards(group: RunGroup) -> None:
    """The figures of the runs that have finished: mean ± standard deviation, and n."""
    with st.container(horizontal=True, key="group-figures", gap="small"):
        _card(_("Training loss"), group.figure(lambda info: info.loss), mean_figure)
        if group.config.data.validation:
            _card(
                _("Validation loss"), group.figure(lambda info: info.validation_loss), mean_figure
            )
            _card(
                _("Validation accuracy"),
                group.figure(lambda info: info.validation_accuracy),
                mean_percent,
            )
        _card(
            _("Test accuracy"),
            group.figure(lambda info: info.test_accuracy),
            mean_percent,
            help=_(
                "What the settings get on images that nothing was chosen by. Choose settings by "
                "validation: whoever chooses by these images has no figure left to believe."
            ),
        )


def group_curves(groups: Sequence[RunGroup], *, key: str) -> None:
    """The curves of groups, epoch by epoch, and how they are drawn.

    Args:
        groups: at most five.
        key: of the chart, and of its switches.
    """
    drawn, kind = _switches(groups, key)
    names = distinct_group_names(groups)
    info = band_info(
        [(names[group.id], [epochs_of(one) for one in group.counted]) for group in groups],
        drawn,
        kind,
        epochs=max(one.epochs for group in groups for one in group.counted),
    )
    name = f"{key} {drawn} {' '.join(group.id for group in groups)}"
    done = sum(len(group.finished) for group in groups)
    with st.container(key=f"{key}-box"):
        message = chart_message(
            band_frame(info, name=name),
            band_arrays(info),
            run=name,
            words=band_words(info),
            news={"text": "", "state": f"{done} {kind}", "ended": False},  # nothing to announce
        )
        live_chart(message, key=key)
    title = translated(FIGURES[drawn])
    chart_table(band_words(info), lambda: band_table(info), key=key, title=title)


def group_runs(group: RunGroup) -> None:
    """The runs of a group as a table, by seed."""
    runs = group.runs
    table = {
        _("Seed"): [str(info.config.train.seed) for info in runs],
        _("State"): [state_name(info.state) for info in runs],
        _("Epochs"): [f"{info.epoch}/{info.epochs}" for info in runs],
        _("Training loss"): [figure(info.loss) for info in runs],
        _("Validation accuracy"): [percent(info.validation_accuracy) for info in runs],
        _("Test accuracy"): [percent(info.test_accuracy) for info in runs],
        _("Run"): [info.id for info in runs],
    }
    plain_table(
        list(zip(*table.values(), strict=True)),
        label=_("Runs of {group}", group=group_name(group)),
        headings=list(table),
    )


def _switches(groups: Sequence[RunGroup], key: str) -> tuple[EpochFigure, BandKind]:
    validated = all(group.config.data.validation for group in groups)
    possible: list[EpochFigure] = list(FIGURES) if validated else ["train_loss"]
    with st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key=f"{key}-switches"
    ):
        drawn: EpochFigure = st.segmented_control(
            _("Curve"),
            possible,
            default=possible[0],
            required=True,
            format_func=lambda name: translated(FIGURES[name]),
            key=f"{key}-figure-{validated}",
            persist_state="session",
            label_visibility="collapsed",
        )
        kind: BandKind = st.segmented_control(
            _("Spread"),
            list(_KINDS),
            default="band",
            required=True,
            format_func=lambda name: translated(_KINDS[name]),
            key=f"{key}-kind",
            persist_state="session",
            label_visibility="collapsed",
            help=_("The band reaches one standard deviation to either side of the mean."),
        )
    return drawn, kind


def _card(
    label: str,
    found: Spread | None,
    words: Callable[[float | None, float | None], str],
    help: str | None = None,
) -> None:
    mean, sd, n = (found.mean, found.sd, found.n) if found else (None, None, 0)
    metric_with_note(label, words(mean, sd), f"n = {n}", help=help)
