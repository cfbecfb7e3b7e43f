from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.run_axes import run_axis
from dashboard.charts.run_parallel import parallel_figure, parallel_info
from dashboard.charts.run_scatter import scatter_figure, scatter_info
from dashboard.charts.theme import DARK
from mlcore.config import RunConfig
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import COLUMNS

INFO = RunInfo(
    id="a", name="", tags=(), note="", path=Path("a"), created=0.0, state="finished",
    config=RunConfig(), parent=None, epoch=5, epochs=5, step=10, loss=0.5, validation_loss=None,
    validation_accuracy=None, test_accuracy=None, message="",
)  # fmt: skip


def run(best: float | None, **settings: object) -> RunInfo:
    config = RunConfig().with_values({k.replace("__", "."): v for k, v in settings.items()})
    return replace(INFO, config=config, best_validation_accuracy=best)


RUNS = [
    run(0.9, optim__lr=0.001, model__hidden=(128, 64)),
    run(0.8, optim__lr=0.1, model__hidden=(64,)),
    run(None, optim__lr=0.01, model__hidden=(128, 64)),
]


def test_numbers_over_decades_have_a_logarithmic_axis() -> None:
    axis = run_axis(COLUMNS["optim.lr"], RUNS)
    assert axis.log
    assert axis.values == (0.001, 0.1, 0.01)
    assert [axis.share(index) for index in range(3)] == pytest.approx([0, 1, 0.5])


def test_accuracies_are_in_per_cent_and_what_is_not_known_has_no_place() -> None:
    axis = run_axis(COLUMNS["best"], RUNS)
    assert axis.values == (90, 80, None)
    assert [axis.share(index) for index in range(3)] == [1, 0, None]
    assert axis.label.endswith("(%)")


def test_names_stand_in_an_order_in_which_64_comes_before_128() -> None:
    axis = run_axis(COLUMNS["model.hidden"], RUNS)
    assert axis.names == ("64", "128 · 64")
    assert axis.values == (1, 0, 1)


def test_runs_that_are_alike_stand_in_the_middle() -> None:
    axis = run_axis(COLUMNS["train.seed"], RUNS)
    assert [axis.share(index) for index in range(3)] == [0.5] * 3


def test_parallel_coordinates_have_a_line_a_run_the_best_one_last() -> None:
    axes = [run_axis(COLUMNS[name], RUNS) for name in ("optim.lr", "model.hidden", "best")]
    info = parallel_info(["a", "b", "c"], axes)
    assert info.lines[1] == (1, 0, 0)
    figure = parallel_figure(info, DARK)
    assert [trace.name for trace in figure.data][-1] == "a"
    assert figure.data[0].y[2] is None or figure.data[1].y[2] is None
    assert any("Learning rate" in note.text for note in figure.layout.annotations)


def test_a_run_without_a_figure_has_no_point() -> None:
    x, y = (run_axis(COLUMNS[name], RUNS) for name in ("model.hidden", "best"))
    info = scatter_info(["a", "b", "c"], x, y)
    assert info.names == ("a", "b")
    assert info.points == ((1, 90), (0, 80))
    figure = scatter_figure(info, DARK)
    assert list(figure.layout.xaxis.ticktext) == ["64", "128 · 64"]
