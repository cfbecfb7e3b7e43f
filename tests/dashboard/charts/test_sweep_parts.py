"""The charts of a sweep by setting: importance, slices, contour."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from dashboard.charts.objective_shade import shade, shaded
from dashboard.charts.sweep_axes import number_axis, setting_axis
from dashboard.charts.sweep_contour import contour_figure, contour_table, contour_words
from dashboard.charts.sweep_history import history_info
from dashboard.charts.sweep_importance import importance_figure, importance_table
from dashboard.charts.sweep_marks import MOST_DRAWN, older_words, trial_groups
from dashboard.charts.sweep_slices import slice_figure, slice_infos, slice_table, slice_words
from dashboard.charts.sweep_surface import contour_info, contour_settings
from dashboard.charts.theme import DARK, LIGHT
from dashboard.words.choices import setting_text
from mlcore.sweeps import SweepSummary, parse_space, read_sweep
from mlcore.sweeps.dimension import parse_dimension
from tests.dashboard.made_sweep import made_sweep


@pytest.fixture
def found(runs) -> SweepSummary:
    return read_sweep(made_sweep(runs), runs)


@pytest.fixture
def whole(found: SweepSummary) -> SweepSummary:
    """Twelve whole trials over two ranges, which come to a plane."""
    space = parse_space(["optim.lr=0.001..1:log", "model.dropout=0..0.5"])
    first = found.trials[0]
    trials = []
    for number in range(12):
        across, up = number / 11, (number * 0.618) % 1
        params = {"optim.lr": 10 ** (3 * across - 3), "model.dropout": 0.5 * up}
        trials.append(
            replace(first, number=number, params=params, value=0.5 + 0.3 * across + 0.1 * up)
        )
    sweep = replace(found.sweep, space=space)
    return replace(found, sweep=sweep, trials=tuple(trials))


def test_importance_is_a_bar_a_setting_the_largest_at_the_top() -> None:
    shares = {"optim.lr": 0.912, "data.batch_size": 0.0878, "model.dropout": 0.0002}
    figure = importance_figure(shares, DARK)
    (bars,) = figure.data
    assert list(bars.x) == pytest.approx([91.2, 8.78, 0.02])
    assert list(bars.text) == ["91 %", "9 %", "< 1 %"]
    low, high = figure.layout.yaxis.range
    assert low > high  # the first is at the top
    assert figure.layout.yaxis.ticktext[0] == "Learning rate"
    assert importance_table(shares).rows[1] == ("Batch size", "9 %")


def test_a_slice_has_the_axis_of_its_space(found: SweepSummary) -> None:
    rate, batch = slice_infos(found)
    figure = slice_figure(rate, DARK)
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.range[0] < -3 < 0 < figure.layout.xaxis.range[1]
    assert list(slice_figure(batch, DARK).layout.xaxis.ticktext) == ["16", "32"]
    dropout = setting_axis(parse_dimension("model.dropout=0..0.5"))
    assert dropout.layout(DARK)["range"] == pytest.approx([-0.02, 0.52])
    assert setting_axis(parse_dimension("optim.name=sgd,adam")).names == ("SGD", "Adam")


def test_a_slice_tells_trials_apart_by_their_signs_and_marks_the_best(found: SweepSummary) -> None:
    rate, batch = slice_infos(found)
    whole, partial, under_way, best = slice_figure(rate, DARK).data
    assert list(whole.x) == [0.001235, 0.01235, 0.125]
    assert list(whole.y) == pytest.approx([87.5, 95, 90])
    assert list(partial.y) == [25]
    assert not under_way.x
    assert (list(best.x), list(best.y)) == ([0.01235], [95])
    symbols = [one.marker.symbol for one in (whole, partial, under_way, best)]
    assert len(set(symbols)) == 4
    ids = [list(one) for one in whole.customdata]
    assert ids == [[found.trials[number].run.id] for number in (0, 1, 4)]
    assert "Trial 1" in best.hovertext[0]
    assert "Batch size: 32" in best.hovertext[0]
    assert list(slice_figure(batch, DARK).data[0].x) == [0, 1, 0]
    assert rate.span == batch.span  # so that they can be compared
    assert slice_table(rate).rows[2] == ("2", "0.1235", "pruned", "25.00 %")
    assert slice_words(rate) == "Best: 95.00 % with 0.01235."


def test_a_setting_that_a_trial_lacks_has_no_point_there(found: SweepSummary) -> None:
    trials = tuple(
        replace(one, params={"optim.lr": one.params["optim.lr"]}) if one.number == 1 else one
        for one in found.trials
    )
    _rate, batch = slice_infos(replace(found, trials=trials))
    assert [one.number for one in batch.trials.all] == [0, 2, 4]
    assert batch.trials.best is None
    assert not slice_figure(batch, DARK).data[-1].x
    assert "no value of this setting" in slice_words(batch)


def test_the_best_quarter_is_told_where_there_are_trials_enough(whole: SweepSummary) -> None:
    rate, _dropout = slice_infos(whole)
    best = max(whole.trials, key=lambda one: one.value or 0)
    assert best.number == 11
    quarter = [whole.trials[number].params["optim.lr"] for number in (8, 11)]
    low, high = (setting_text(value) for value in quarter)
    assert f"The best quarter of the trials: {low} to {high}." in slice_words(rate)
    losses = replace(whole, sweep=replace(whole.sweep, objective="loss"))
    assert losses.best != best
    assert "with 0.001. " in slice_words(slice_infos(losses)[0])


def test_without_a_trial_slices_are_empty(found: SweepSummary) -> None:
    rate, _batch = slice_infos(replace(found, trials=()))
    assert slice_table(rate).rows == ()
    assert slice_figure(rate, DARK).layout.yaxis.range


def test_a_contour_passes_through_its_trials_and_ends_with_them(whole: SweepSummary) -> None:
    across, up = contour_settings(whole)
    info = contour_info(whole, across, up)
    assert not info.lacks
    inside = np.isfinite(info.values)
    assert 0.2 < inside.mean() < 1
    for row, column in zip(*np.nonzero(inside), strict=True):  # the trials lie on a plane
        x, y = (math.log10(info.x[column]) + 3) / 3, info.y[row] / 0.5
        assert info.values[row, column] == pytest.approx(0.5 + 0.3 * x + 0.1 * y, abs=1e-9)
    surface, trials, *_others, best = contour_figure(info, DARK).data
    assert surface.z[0][-1] is None or surface.z[-1][0] is None
    assert len(trials.x) == 12
    assert list(best.x) == [whole.trials[11].params["optim.lr"]]
    assert list(trials.customdata[3]) == [whole.trials[3].run.id]
    assert surface.colorbar.ticktext[-1].endswith(" %")
    assert contour_table(info).rows[0][:3] == ("0", "0.001", "0")
    assert "Between 12 whole trials" in contour_words(info)


def test_the_strongest_colour_of_a_contour_is_the_best(whole: SweepSummary) -> None:
    across, up = contour_settings(whole)
    for objective in ("accuracy", "loss"):
        sweep = replace(whole.sweep, objective=objective)
        surface = contour_figure(contour_info(replace(whole, sweep=sweep), across, up), LIGHT).data[
            0
        ]
        drawn = [(z, x) for row in surface.z for z, x in zip(row, surface.x, strict=True) if z]
        right, left = max(drawn)[1], min(drawn)[1]
        assert (right > left) == (objective == "accuracy")
    for share in (True, False):
        assert shaded(shade(0.3, share=share), share=share) == pytest.approx(0.3)
    assert shade(0.9, share=True) > shade(0.8, share=True)
    assert shade(0.8, share=False) > shade(0.9, share=False)


def test_trials_of_one_place_count_as_their_mean(whole: SweepSummary) -> None:
    twice = replace(whole.trials[5], number=12, value=0.0)
    across, up = contour_settings(whole)
    plain = contour_info(whole, across, up).values
    mixed = contour_info(replace(whole, trials=(*whole.trials, twice)), across, up).values
    changed = np.nansum(plain - mixed)
    assert changed > 0
    assert np.nanmin(mixed) > 0.2  # no hole down to 0


def test_what_can_be_no_contour_says_why(whole: SweepSummary) -> None:
    across, up = contour_settings(whole)
    few = contour_info(replace(whole, trials=whole.trials[:4]), across, up)
    assert few.lacks.endswith("so far there are 4.")
    line = tuple(
        replace(one, params=dict(one.params) | {"model.dropout": 0.2}) for one in whole.trials
    )
    assert "lie on a line" in contour_info(replace(whole, trials=line), across, up).lacks


def test_alike_trials_have_a_contour_of_one_colour(whole: SweepSummary) -> None:
    across, up = contour_settings(whole)
    alike = tuple(replace(one, value=0.9) for one in whole.trials)
    surface = contour_figure(contour_info(replace(whole, trials=alike), across, up), DARK).data[0]
    assert surface.zmax > surface.zmin
    assert len({z for row in surface.z for z in row if z is not None}) == 1


def test_listed_numbers_stand_where_they_are_among_numbers() -> None:
    batch = number_axis(parse_dimension("data.batch_size=16,32,64,128"))
    assert batch.log
    assert [batch.share(value) for value in (16, 128)] == [0, 1]
    assert batch.value(1 / 3) == pytest.approx(32)
    assert batch.layout(DARK)["ticktext"] == ["16", "32", "64", "128"]
    assert not number_axis(parse_dimension("model.dropout=0,0.2,0.5")).log


def test_names_are_no_numbers(found: SweepSummary) -> None:
    space = parse_space(
        ["optim.name=sgd,adam", "model.hidden=64|128,64", "model.batch_norm=true,false"]
    )
    assert not contour_settings(replace(found, sweep=replace(found.sweep, space=space)))


def test_of_very_many_trials_the_newest_are_drawn_and_the_best_with_them(
    whole: SweepSummary,
) -> None:
    first = replace(whole.trials[0], value=0.99)
    others = [replace(whole.trials[number % 12], number=number) for number in range(1, 1_100)]
    many = replace(whole, trials=(first, *others))
    rate, _dropout = slice_infos(many)
    marks, *_others, best = slice_figure(rate, DARK).data
    assert len(marks.x) == MOST_DRAWN
    assert list(best.y) == [99]
    assert "Learning rate" not in marks.hovertext[0]  # a thousand of them are megabytes
    assert "Learning rate" in slice_figure(slice_infos(whole)[0], DARK).data[0].hovertext[0]
    assert older_words(rate.trials) == "100 older trials are not drawn."
    assert older_words(trial_groups(whole)) == ""
    assert history_info(many).best == ((0, 0.99), (1_099, 0.99))


def test_a_figure_that_is_no_number_has_no_point(found: SweepSummary) -> None:
    lost = tuple(
        replace(one, value=math.nan, state="running") if one.number == 4 else one
        for one in found.trials
    )
    rate, _batch = slice_infos(replace(found, trials=lost))
    assert [one.number for one in rate.trials.all] == [0, 1, 2]
    assert all(map(math.isfinite, rate.span))


def test_the_groups_are_by_what_became_of_the_trials(found: SweepSummary) -> None:
    groups = trial_groups(found)
    assert [one.number for one in groups.all] == [0, 1, 2, 4]  # the third has no figure
    assert groups.best is found.best
