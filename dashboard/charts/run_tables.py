"""Curves over epochs or steps as tables: of compared runs, of groups, of a run, of a lesson."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dashboard.charts.lesson_curves import LessonInfo, SideInfo, lesson_words
from dashboard.charts.run_curves import CurvesInfo, RunCurves
from dashboard.charts.run_scale import AGAINST, Against
from dashboard.charts.seed_band import BandInfo, band_value
from dashboard.charts.table import Table, thinned
from dashboard.words.translation import _, translated
from dashboard.words.wording import figure, percent
from mlcore.events import EpochDone
from mlcore.words import NO_FIGURE

__all__ = ["band_table", "curves_table", "epochs_table", "lesson_table"]

_MOST = 25  # rows of a run's curve
_MOST_EPOCHS = 100  # rows of a run's epochs


def curves_table(info: CurvesInfo) -> Table:
    """Of each run its figures at the places where it was validated, or at some of its steps."""
    headings = [_("Run"), translated(AGAINST[info.against]), _("Training loss")]
    if info.validated:
        headings += [_("Validation loss"), _("Validation accuracy")]
    rows = [row for run in info.runs for row in _curve_rows(run, info)]
    return Table(tuple(headings), tuple(rows))


def band_table(info: BandInfo) -> Table:
    """The mean of each group after each epoch, with its standard deviation and runs."""
    means = [
        {
            epoch: f"{band_value(info.figure, value, sd)} (n = {n})"
            for epoch, value, sd, n in zip(
                group.mean.epoch, group.mean.mean, group.mean.sd, group.mean.n, strict=True
            )
        }
        for group in info.groups
    ]
    epochs = sorted({epoch for mean in means for epoch in mean})
    return Table(
        (_("Epoch"), *(group.name for group in info.groups)),
        tuple((f"{epoch:,}", *(mean.get(epoch, NO_FIGURE) for mean in means)) for epoch in epochs),
    )


def epochs_table(runs: Sequence[tuple[str, Sequence[EpochDone]]]) -> Table:
    """The latest epochs of a run and of those beside it; a run without a name has no column."""
    named = len(runs) > 1
    headings = (_("Step"), _("Training loss"), _("Validation loss"), _("Validation accuracy"))
    rows = [
        (
            f"{done.epoch:,}",
            *((name,) if named else ()),
            f"{done.step:,}",
            figure(done.train_loss),
            figure(done.validation_loss),
            percent(done.validation_accuracy),
        )
        for name, epochs in runs
        for done in epochs[-_MOST_EPOCHS:]
    ]
    return Table((_("Epoch"), *((_("Run"),) if named else ()), *headings), tuple(rows))


def lesson_table(info: LessonInfo) -> Table:
    """Loss and accuracy of both sides where the accuracy was measured."""
    across = _("images seen") if info.by_images else _("step")
    return Table(
        (_("Side"), across, _("loss"), _("accuracy")),
        tuple(row for side in (info.wrong, info.right) for row in _side_rows(side)),
        lesson_words(info),
    )


def _curve_rows(run: RunCurves, info: CurvesInfo) -> list[tuple[str, ...]]:
    steps, losses = run.train_loss
    places = run.validation_loss[0] or run.accuracy[0] or steps
    validation = dict(zip(*run.validation_loss, strict=True))
    accuracy = dict(zip(*run.accuracy, strict=True))
    rows = []
    for place in (places[index] for index in thinned(len(places), _MOST)):
        loss = float(np.interp(place, steps, losses)) if steps else None
        row = [run.name, _across(place, info.against), figure(loss)]
        if info.validated:
            share = accuracy.get(place)
            row += [
                figure(validation.get(place)),
                percent(None if share is None else share / 100),
            ]
        rows.append(tuple(row))
    return rows


def _across(place: float, against: Against) -> str:
    return figure(place, 1) if against in ("seconds", "epoch") else f"{round(place):,}"


def _side_rows(side: SideInfo) -> list[tuple[str, ...]]:
    rows = []
    for x, accuracy in zip(side.measured.tolist(), side.accuracy.tolist(), strict=True):
        place = int(np.searchsorted(side.x, x))
        loss = float(side.loss[place]) if place < len(side.loss) else None
        rows.append((side.label, f"{x:,}", figure(loss), percent(accuracy / 100, 1)))
    return [rows[index] for index in thinned(len(rows), _MOST)]
