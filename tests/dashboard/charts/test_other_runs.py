"""Other runs on the chart of a run."""

from __future__ import annotations

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.other_runs import COLORS, other_run
from dashboard.charts.training import training_arrays, training_info
from dashboard.charts.training_frame import training_frame
from dashboard.components.live_chart import pack
from mlcore.events import EpochDone

EPOCH = EpochDone(
    epoch=1,
    step=10,
    train_loss=0.5,
    validation_loss=0.4,
    validation_accuracy=0.9,
    lr=0.1,
    seconds=1.0,
    images_per_second=640.0,
)
LOSSES = np.linspace(2, 1, 40, dtype=np.float32)


def other(name="other", losses=LOSSES, epochs=(EPOCH,), window=5, visible=None):
    return other_run(name, losses, epochs, window=window, visible=visible)


def test_each_run_has_its_colour_and_one_entry_of_the_legend():
    others = [other(f"run {index}") for index in range(len(COLORS))]
    info = training_info(LOSSES, [EPOCH], name="mine", others=others)
    figure = go.Figure(training_frame(info, run="r"))
    named = [
        trace.name
        for trace in figure.data
        if trace.showlegend is not False and trace.visible is not False
    ]
    assert named == ["mine", *(f"run {index}" for index in range(len(COLORS)))]
    colors = {}
    for trace in figure.data:
        if trace.legendgroup:
            colors.setdefault(trace.legendgroup, set()).add(trace.line.color)
    drawn = [color for group in colors.values() for color in group if group]
    assert colors["other 0"] == {COLORS[0]}
    assert len(set(drawn) & set(COLORS)) == len(COLORS)
    assert "var(--st-chart-color-1)" in colors["shown"]
    assert {trace.zorder for trace in figure.data[11:]} == {-1}  # a fork lies over its parent


def test_without_others_the_chart_is_as_before():
    info = training_info(LOSSES, [EPOCH], name="mine")
    frame = training_frame(info, run="a")
    assert "legendgroup" not in frame["data"][0]
    assert len(frame["data"]) == len(training_arrays(info)) == 11


@pytest.mark.parametrize("window", [1, 50])
def test_a_long_run_is_thinned_and_keeps_its_extremes_when_not_smoothed(window):
    losses = np.ones(100_000, np.float32)
    losses[77_777] = 9
    found = other(losses=losses, window=window)
    assert len(found.loss.step) <= 500
    assert found.steps == 100_000
    if window == 1:
        assert 9 in found.loss.value


def test_what_a_fork_did_not_do_is_a_gap():
    losses = LOSSES.copy()
    losses[:20] = np.nan
    found = other(losses=losses)
    assert np.isnan(found.loss.value[:20]).all()
    assert np.isfinite(found.loss.value[20:]).all()


def test_the_axis_reaches_to_the_end_of_the_longest_run():
    info = training_info(LOSSES[:10], others=[other()])
    assert info.upto == 40


def test_another_run_with_held_out_images_brings_the_accuracy():
    assert training_info(LOSSES, validated=False, others=[other()]).validated
    assert not training_info(LOSSES, validated=False, others=[other(epochs=())]).validated


def test_names_are_shown_literally_and_shortened():
    info = training_info(LOSSES, name="<b>mine</b>", others=[other("x" * 60)])
    frame = training_frame(info, run="a")
    names = {trace["name"] for trace in frame["data"] if trace.get("showlegend") is not False}
    assert "&lt;b&gt;mine&lt;/b&gt;" in names
    assert "x" * 39 + "…" in names


def test_without_smoothing_the_legend_shows_the_steps():
    info = training_info(LOSSES, window=1, name="mine", others=[other()])
    frame = training_frame(info, run="a")
    assert [trace["showlegend"] for trace in frame["data"][:2]] == [True, False]


def test_five_long_runs_beside_another_fit_into_a_refresh():
    losses = np.random.default_rng(0).random(100_000).astype(np.float32)
    epochs = [dataclasses.replace(EPOCH, epoch=n, step=10 * n) for n in range(1, 5_001)]
    others = [other(f"run {n}", losses, epochs, window=50) for n in range(len(COLORS))]
    info = training_info(losses, epochs, name="mine", others=others)
    message = pack(training_frame(info, run="a"), training_arrays(info), run="a")
    assert len(message) < 110_000
