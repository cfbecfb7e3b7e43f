from __future__ import annotations

import math

import numpy as np
import pytest

from dashboard.charts.run_curves import curves_figure, curves_info, run_curves
from dashboard.charts.run_scale import step_scale
from dashboard.charts.theme import LIGHT
from mlcore.events import EpochDone


def done(epoch: int, step: int, accuracy: float | None = 0.5, seconds: float = 2.0) -> EpochDone:
    return EpochDone(
        epoch=epoch,
        step=step,
        train_loss=1.0,
        validation_loss=0.75 if accuracy is not None else None,
        validation_accuracy=accuracy,
        lr=0.1,
        seconds=seconds,
        images_per_second=320.0,
    )


EPOCHS = [done(1, 10), done(2, 20, 0.75, seconds=4.0)]


@pytest.mark.parametrize(
    ("against", "places"),
    [
        ("step", [5, 10, 20, 30]),
        ("epoch", [0.5, 1, 2, 3]),
        ("seconds", [1, 2, 6, 10]),
        ("images", [320, 640, 1920, 3200]),
    ],
)
def test_steps_stand_between_the_epochs_and_beyond_the_last(against, places) -> None:
    scale = step_scale(against, EPOCHS, batch_size=64)
    assert scale.at(np.array([5, 10, 20, 30])).tolist() == places


def test_a_fork_begins_where_its_parent_was() -> None:
    epochs = [done(3, 30), done(4, 40)]
    scale = step_scale("epoch", epochs, begin=20)
    assert scale.at(np.array([20, 25, 40])).tolist() == [2, 2.5, 4]
    assert step_scale("images", epochs, begin=20, batch_size=32).at(np.array([20])) == [640]


def test_before_the_first_epoch_is_over_only_seconds_are_unknown() -> None:
    kinds = {"steps_per_epoch": 10, "batch_size": 64}
    assert step_scale("epoch", [], **kinds).at(np.array([5])).tolist() == [0.5]
    assert step_scale("images", [], **kinds).at(np.array([5])).tolist() == [320]
    assert math.isnan(step_scale("seconds", [], **kinds).at(np.array([5]))[0])


def test_the_curves_of_a_run_are_its_losses_and_accuracies() -> None:
    losses = np.array([2.0, np.nan, 1.0], np.float32)
    run = run_curves("a", losses, EPOCHS, step_scale("epoch", EPOCHS))
    assert run.train_loss == ((0.1, 0.3), (2.0, 1.0))
    assert run.validation_loss == ((1.0, 2.0), (0.75, 0.75))
    assert run.accuracy == ((1.0, 2.0), (50.0, 75.0))


def test_a_curve_of_many_steps_has_few_points() -> None:
    losses = np.linspace(2, 1, 100_000, dtype=np.float32)
    run = run_curves("a", losses, [], step_scale("step", []))
    assert len(run.train_loss[0]) <= 400


def test_the_axis_of_losses_is_logarithmic_where_they_go_through_decades() -> None:
    scale = step_scale("step", [])
    near = run_curves("a", np.array([2.0, 1.0]), [], scale)
    far = run_curves("b", np.array([2.0, 0.01]), [], scale)
    assert not curves_info([near], "step").log
    assert curves_info([near, far], "step").log
    assert not curves_info([], "step").log


def test_without_validation_the_chart_has_one_part() -> None:
    scale = step_scale("step", [])
    alone = curves_info([run_curves("<b>", np.array([2.0, 1.0]), [], scale)], "step")
    assert len(curves_figure(alone, LIGHT).data) == 1
    assert curves_figure(alone, LIGHT).data[0].name == "&lt;b&gt;"
    both = curves_info([run_curves("a", np.array([2.0]), EPOCHS, scale)] * 7, "step")
    figure = curves_figure(both, LIGHT)
    assert len(figure.data) == 21
    looks = {(trace.line.color, trace.line.dash) for trace in figure.data}
    assert len(looks) == 7


@pytest.mark.parametrize(
    ("against", "wanted"), [("step", (0.5, 10.5)), ("epoch", (0.05, 1.05)), ("images", None)]
)
def test_what_is_pointed_at_is_marked_on_any_axis(against, wanted) -> None:
    epochs = [] if wanted is None else EPOCHS
    band = step_scale(against, epochs).band(1, 10)
    assert band == pytest.approx(wanted)
    figure = curves_figure(curves_info([], against, band), LIGHT)
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == ([band] if band else [])
