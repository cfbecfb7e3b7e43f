from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.run_axes import run_axis
from dashboard.charts.run_map import map_figure
from dashboard.charts.run_map_cells import map_info, map_table
from dashboard.charts.run_parallel import parallel_figure, parallel_info, parallel_table
from dashboard.charts.run_scatter import scatter_figure, scatter_info, scatter_table
from dashboard.charts.theme import DARK
from dashboard.charts.trial_kinds import TrialsOfRuns
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


def trials(*kinds: str, best: str = "") -> TrialsOfRuns:
    named = {str(n): kind for n, kind in enumerate(kinds) if kind}
    states = {str(n): kind or "failed" for n, kind in enumerate(kinds)}
    return TrialsOfRuns(kinds=named, states=states, best=best)  # type: ignore[arg-type]


NUMBERED = [replace(one, id=str(n)) for n, one in enumerate(MAPPED)]


def test_of_trials_a_cell_shows_the_best_that_is_whole_and_no_mean() -> None:
    info = map_info(NUMBERED, *AXES, trials("partial", "whole", "whole", "partial", ""))
    found = {(cell.row, cell.column): cell for cell in info.cells}
    assert found[0, 1].text == "96.00 %"  # not that of the one given up, and no mean with it
    assert found[0, 1].runs == ("1", "0")
    assert found[0, 1].note == "2 trials: 1 partial, 1 whole"
    assert info.best is found[0, 1]


def test_a_cell_of_trials_of_which_none_is_whole_says_what_they_are() -> None:
    info = map_info(NUMBERED, *AXES, trials("partial", "open", "whole", "partial", ""))
    found = {(cell.row, cell.column): cell for cell in info.cells}
    assert [found[at].text for at in ((0, 1), (1, 0), (1, 2))] == ["under way", "given up", "–"]
    heat, *texts, _targets = map_figure(info, DARK).data
    assert heat.z[0][1] is None
    assert heat.z[1][0] is None
    assert {text for trace in texts for text in trace.text} == {"50.0", "○", "×", "–"}


def test_of_equal_cells_of_a_map_that_of_the_earlier_trial_is_the_best() -> None:
    equal = [replace(one, best_validation_accuracy=0.9) for one in NUMBERED[::-1]]
    info = map_info(equal, *AXES, trials(*["whole"] * 5))
    assert info.best
    assert info.best.runs[0] == "4"


def test_ranges_of_a_map_are_told_by_the_numbers_between_them() -> None:
    runs = [run(0.9, optim__lr=10 ** (n / 13 - 3), data__batch_size=32 << n % 2) for n in range(40)]
    axis = map_figure(map_info(runs, *AXES), DARK).layout.xaxis
    assert len(axis.tickvals) == len(axis.ticktext) == 9
    assert axis.ticktext[:2] == ("0.001", "0.0024")
    assert axis.tickvals[0] == -0.5


def test_trials_are_marked_on_a_scatter_by_what_became_of_them() -> None:
    x, y = (run_axis(COLUMNS[name], NUMBERED) for name in ("optim.lr", "best"))
    known = trials("partial", "whole", "whole", "open", "", best="1")
    info = scatter_info(list("abcde"), x, y, ids=list("01234"), trials=known)
    assert [info.names[place] for place in info.counting] == ["b", "c"]
    whole, partial, under_way, best = scatter_figure(info, DARK).data
    assert [list(one.y) for one in (whole, partial, under_way, best)] == [
        [96, 50], [98], [90], [96],
    ]  # fmt: skip
    assert len({one.marker.symbol for one in (whole, partial, under_way, best)}) == 4
    assert partial.customdata[0][0] == "0"  # a click opens its run
    assert scatter_table(info).rows[0][:2] == ("a", "partial")


def test_trials_that_were_given_up_are_dotted_and_lie_below_the_whole_ones() -> None:
    axes = [run_axis(COLUMNS[name], NUMBERED) for name in ("optim.lr", "best")]
    known = trials("partial", "whole", "whole", "open", "")
    info = parallel_info(list("abcde"), axes, ids=list("01234"), trials=known)
    traces = {one.name: one for one in parallel_figure(info, DARK).data}
    assert [one for one in traces if one in "bc"] == list(traces)[-2:] == ["c", "b"]
    dashes = {name: one.line.dash for name, one in traces.items()}
    assert dashes == {"a": "dot", "b": None, "c": None, "d": "dash", "e": None}
    assert traces["a"].marker.symbol != traces["d"].marker.symbol
    assert parallel_table(info).rows[0][:2] == ("a", "partial")


def test_of_losses_the_lowest_line_is_the_strongest() -> None:
    losses = [replace(one, loss=n + 0.5) for n, one in enumerate(NUMBERED)]
    axes = [run_axis(COLUMNS[name], losses) for name in ("optim.lr", "loss")]
    info = parallel_info(list("abcde"), axes, lowest=True)
    assert parallel_figure(info, DARK).data[-1].name == "a"
