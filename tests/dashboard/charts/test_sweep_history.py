"""The chart of the trials of a sweep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.charts.sweep_history import history_figure, history_info, history_table
from dashboard.charts.theme import DARK
from mlcore.sweeps import read_sweep
from tests.dashboard.made_sweep import made_sweep


@pytest.fixture
def found(runs):
    return read_sweep(made_sweep(runs), runs)


def test_the_best_so_far_goes_by_whole_trials_alone(found) -> None:
    info = history_info(found)
    assert [one.number for one in info.trials.whole] == [0, 1, 4]
    assert [one.number for one in info.trials.partial] == [2]
    assert info.best == ((0, 0.875), (1, 0.95), (4, 0.95))
    best, whole, partial, under_way = history_figure(info, DARK).data
    assert list(best.y) == pytest.approx([87.5, 95, 95])
    assert list(whole.y) == pytest.approx([87.5, 95, 90])
    assert list(partial.y) == [25]
    assert not under_way.x
    assert len({one.marker.symbol for one in (whole, partial, under_way)}) == 3
    assert history_figure(info, DARK).layout.xaxis.dtick == 1


def test_of_losses_the_lowest_is_the_best(found) -> None:
    trials = tuple(
        replace(one, value=value)
        for one, value in zip(found.trials, (0.5, 0.7, 0.1, None, 0.4), strict=True)
    )
    loss = replace(found, sweep=replace(found.sweep, objective="loss"), trials=trials)
    info = history_info(loss)
    assert info.best == ((0, 0.5), (4, 0.4))
    assert list(history_figure(info, DARK).data[0].y) == [0.5, 0.4]
    assert history_table(info).rows[2] == ("2", "pruned", "0.1000")


def test_without_a_trial_it_is_empty(found) -> None:
    info = history_info(replace(found, trials=()))
    assert not info.best
    assert history_table(info).rows == ()
