from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.run_axes import run_axis
from dashboard.charts.run_map import map_figure
from dashboard.charts.run_map_cells import map_info, map_table
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


MAPPED = [
    run(0.98, optim__lr=0.01, data__batch_size=64),
    run(0.96, optim__lr=0.01, data__batch_size=64, train__seed=1),
    run(0.5, optim__lr=0.1, data__batch_size=64),
    run(0.9, optim__lr=0.001, data__batch_size=128),
    replace(run(None, optim__lr=0.1, data__batch_size=128), state="failed"),
]
AXES = COLUMNS["optim.lr"], COLUMNS["data.batch_size"], COLUMNS["best"]


def test_a_map_has_a_cell_for_each_pair_of_values_the_mean_of_its_runs() -> None:
    info = map_info([replace(one, id=str(n)) for n, one in enumerate(MAPPED)], *AXES)
    assert info.columns == ("0.001", "0.01", "0.1")
    assert info.rows == ("64", "128")
    found = {(cell.row, cell.column): cell for cell in info.cells}
    assert set(found) == {(0, 1), (0, 2), (1, 0), (1, 2)}
    assert found[0, 1].text == "97.00 %"
    assert found[0, 1].runs == ("0", "1")
    assert found[0, 1].note == "2 runs"
    assert found[1, 2].value is None
    assert found[1, 2].note == "1 run, failed"
    assert info.best is found[0, 1]
    assert map_table(info).rows == (
        ("64", "", "97.00 %", "50.00 %"),
        ("128", "90.00 %", "", "–"),
    )


def test_the_colours_of_a_map_go_by_the_logarithm_of_the_mistakes() -> None:
    heat, *_texts, targets = map_figure(map_info(MAPPED, *AXES), DARK).data
    assert heat.z[0][1] == 1
    assert heat.z[0][2] == pytest.approx(0.15)
    share = math.log(0.5 / 0.1) / math.log(0.5 / 0.03)
    assert heat.z[1][0] == pytest.approx(0.15 + 0.85 * share)
    assert heat.z[1][1] is None
    assert heat.z[1][2] is None
    assert len(targets.customdata) == 4


def test_the_lowest_loss_is_the_best_of_a_map() -> None:
    losses = [replace(one, loss=n + 0.5) for n, one in enumerate(MAPPED[::-1])]
    info = map_info(losses, *AXES[:2], COLUMNS["loss"])
    best = info.best
    assert best is not None
    assert (best.value, info.rows[best.row]) == (0.5, "128")
    assert max(share for row in map_figure(info, DARK).data[0].z for share in row if share) == 1


def test_a_map_of_runs_without_a_figure_has_no_best_cell() -> None:
    info = map_info(MAPPED[-1:], *AXES)
    assert info.best is None
    assert map_figure(info, DARK).layout.shapes == ()


def test_too_many_numbers_share_ranges_on_a_map() -> None:
    runs = [
        run(0.9 + n / 1000, optim__lr=10 ** (n / 13 - 3), data__batch_size=32 << n % 2)
        for n in range(40)
    ]
    info = map_info(runs, *AXES)
    assert len(info.columns) == 8
    assert info.columns[0] == "0.001 to 0.0024"
    assert sum(len(cell.runs) for cell in info.cells) == 40
    assert info.best is not None
    assert info.columns[info.best.column] == info.columns[-1]
    assert map_figure(info, DARK).data[0].z
