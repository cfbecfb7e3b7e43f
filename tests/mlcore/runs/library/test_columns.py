from __future__ import annotations

from mlcore.config import SETTINGS
from mlcore.runs.library.columns import COLUMNS, differing, find_column, sort_runs


def test_every_setting_and_figure_is_a_column_that_can_be_read(run) -> None:
    info = run(name="a")
    assert set(SETTINGS) < set(COLUMNS)
    values = info.config.flat()
    assert all(COLUMNS[name].read(info) == values[name] for name in SETTINGS)
    assert COLUMNS["best"].read(info) == 0.92


def test_columns_are_found_by_shorter_names() -> None:
    for word, name in {
        "lr": "optim.lr",
        "LR": "optim.lr",
        "optimizer": "optim.name",
        "seed": "train.seed",
        "tags": "tag",
        "loss": "loss",
        "train.loss": "train.loss",
        "validation": "validation_accuracy",
        "epochs": "train.epochs",
    }.items():
        found = find_column(word)
        assert found is not None
        assert found.name == name
    assert find_column("lrr") is None


def test_only_settings_that_differ_are_named(run) -> None:
    first, second = run({"optim.lr": 0.1}), run({"optim.lr": 0.2, "train.seed": 3})
    assert [column.name for column in differing([first, second])] == ["optim.lr", "train.seed"]
    assert differing([first, first]) == differing([]) == []


def test_what_is_not_known_is_last_whichever_way_runs_are_sorted(run) -> None:
    runs = [run(id=name, best_validation_accuracy=best) for name, best in
            (("a", 0.5), ("b", None), ("c", 0.9), ("d", 0.5))]  # fmt: skip
    up = [info.id for info in sort_runs(runs, COLUMNS["best"], descending=False)]
    down = [info.id for info in sort_runs(runs, COLUMNS["best"], descending=True)]
    assert up == ["a", "d", "c", "b"]
    assert down == ["c", "a", "d", "b"]


def test_every_column_can_be_sorted_by(run) -> None:
    runs = [
        run({"model.hidden": (64, 32)}, tags=("b",), name="Z"),
        run({"model.hidden": (128,), "optim.momentum": 0.9}, tags=("a", "c"), name="y"),
        run({"model.hidden": (), "data.drop_last": True}, parent="20261128-110000-0000"),
    ]
    for column in COLUMNS.values():
        assert len(sort_runs(runs, column, descending=True)) == 3
    assert [info.name for info in sort_runs(runs, COLUMNS["name"], descending=False)] == [
        "y",
        "Z",
        "",
    ]
