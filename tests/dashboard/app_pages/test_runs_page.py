"""The Runs page and a run's own page without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels.runs_parts.table import runs_data
from dashboard.session.run_view import DIFFERING, RunView
from mlcore.config import OptimConfig, RunConfig, TrainConfig
from mlcore.events import Finished, SettingsEdited, StepsDone, Stopped
from mlcore.runs import RunStore
from mlcore.runs.library.groups import new_experiment
from mlcore.runs.library.label import read_label, set_tags
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, keys, sentences

END = Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0)


def opened(page: str = "runs", **address: str) -> AppTest:
    app = AppTest.from_file("../../../dashboard/app.py", default_timeout=30)
    app.query_params["data.name"] = "digits"
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    app = app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    assert not app.error
    return app


def view(**fields: Any) -> RunView:
    plain: dict[str, Any] = {
        "where": "",
        "sort": "created",
        "descending": True,
        "columns": ("state", DIFFERING),
        "selected": (),
    }
    return RunView(**(plain | fields))


def test_the_table_has_the_settings_that_differ(runs) -> None:
    for lr in (0.1, 0.2):
        runs.create(RunConfig(optim=OptimConfig(lr=lr)), name=f"lr {lr}")
    table = runs_data(runs.list(), view())
    assert [heading.name for heading in table.headings] == ["state", "optim.lr"]
    assert [(row.name, row.cells[1]) for row in table.rows] == [
        ("lr 0.2", ("0.2", "")),
        ("lr 0.1", ("0.1", "")),
    ]
    up = runs_data(runs.list(), view(sort="optim.lr", descending=False, where="lr < 0.15"))
    assert ([row.name for row in up.rows], up.matching) == (["lr 0.1"], 1)


def test_components_code_is_fetched_before_anything_else_is_shown(runs) -> None:
    shown = [getattr(element, "key", None) or element.type for element in opened().main]
    assert "ahead-script" in shown[: shown.index("title")]


def test_a_run_whose_settings_were_changed_is_marked(made) -> None:
    edit = SettingsEdited(step=39, epoch=1, changes={"optim.lr": 0.5}, before={"optim.lr": 0.1})
    plain = made(STARTED, STEPS, EPOCH, END, name="plain")
    changed = made(STARTED, STEPS, EPOCH, edit, name="changed")
    store = RunStore(plain.path.parent)
    cells = {row.name: row.cells[0][1] for row in runs_data(store.list(), view()).rows}
    assert cells == {"plain": "", "changed": "edited"}
    (row,) = runs_data(store.list(), view(where="edited = on")).rows
    assert row.run == changed.id


def test_an_experiment_is_one_row_that_opens(runs) -> None:
    name = new_experiment()
    for seed in (1, 2):
        runs.create(RunConfig(train=TrainConfig(seed=seed)), experiment=name)
    alone = runs.create(RunConfig(), name="alone")
    folded = runs_data(runs.list(), view())
    assert [(row.run, row.group) for row in folded.rows] == [(alone.id, False), (name, True)]
    assert len(folded.rows[1].runs) == 2
    opened = runs_data(runs.list(), view(), {name})
    assert [row.inside for row in opened.rows] == [False, False, True, True]
    assert (opened.rows[1].open, opened.matching, opened.left_out) == (True, 3, 0)


def test_the_view_stands_in_the_address(made) -> None:
    first = made(STARTED, STEPS, EPOCH, END, name="a")
    app = opened(where="name = a", sort="-best", columns="best,test", selected=first.id)
    assert "1 of 1 runs" in sentences(app)
    assert "1 run selected" in sentences(app)
    assert app.text_input(key="runs-where").value == "name = a"
    app.text_input(key="runs-where").set_value("name = b").run()
    assert "0 of 1 runs" in sentences(app)
    where = app.query_params["where"]
    assert (where[-1] if isinstance(where, list) else where) == "name = b"


def test_a_condition_that_cannot_be_read_says_where(made) -> None:
    made(STARTED, STEPS)
    app = opened(where="lrr < 1")
    assert "character 1: there is no column 'lrr'" in sentences(app).replace("\\", "")


def test_a_comparison_is_put_together_without_typing(made) -> None:
    made(STARTED, STEPS, EPOCH, END)
    app = opened(where="x or y")
    app.selectbox(key="runs-filter-column").set_value("best").run()
    app.text_input(key="runs-filter-value-best").set_value("80 %").run()
    app.button(key="runs-filter-add").click().run()
    assert app.text_input(key="runs-where").value == '(x or y) and best > "80 %"'
    assert "character" not in sentences(app)


def test_selected_runs_are_tagged_together(made) -> None:
    first, second = (made(STARTED, STEPS, EPOCH, END) for _ in range(2))
    set_tags(second, ["old"])
    app = opened(selected=f"{first.id},{second.id}")
    app.text_input(key="runs-tags-add-0").set_value(" #wide, ").run()
    app.get("pills")[-1].set_value(["old"]).run()
    app.button(key="runs-tag-apply").click().run()
    assert [read_label(run).tags for run in (first, second)] == [("wide",), ("wide",)]
    assert not app.error


def test_selected_runs_are_deleted_together_and_come_back_together(made, runs) -> None:
    first, second, third = (made(STARTED, STEPS, EPOCH, END) for _ in range(3))
    app = opened(selected=f"{first.id},{second.id}")
    app.button(key="runs-delete").click().run()
    assert [info.id for info in runs.list()] == [third.id]
    assert "2 runs were deleted" in sentences(app)
    app.button(key=f"undo-delete-{first.id}").click().run()
    assert len(runs.list()) == 3
    assert f"undo-delete-{first.id}" not in keys(app)


def test_a_deleted_run_is_called_as_its_row_was(made) -> None:
    long = CONFIG.with_values(
        {"model.hidden": (50, 20), "train.seed": 7, "optim.weight_decay": 0.1}
    )
    first, _ = (
        made(STARTED, STEPS, EPOCH, END, config=long.with_values({"optim.momentum": momentum}))
        for momentum in (0.5, 0.9)
    )
    app = opened(selected=first.id)
    app.button(key="runs-delete").click().run()
    assert "momentum 0.5 was deleted." in sentences(app).replace("\\", "")


def test_each_part_of_the_comparison_is_drawn(made) -> None:
    first = made(STARTED, STEPS, EPOCH, END, name="parent")
    second = made(STARTED, STEPS, EPOCH, END, name="fork", parent=first.id)
    for part in ("curves", "settings", "parallel", "map", "scatter", "family"):
        app = opened(selected=f"{first.id},{second.id}", view=part)
        assert not app.exception


def test_why_runs_are_chosen_by_validation_is_said(made) -> None:
    made(STARTED, STEPS, EPOCH, END)
    assert "Choose by the best validation accuracy" in sentences(opened())


def test_a_run_has_a_page_of_its_own(made) -> None:
    edit = SettingsEdited(
        step=39, epoch=1, changes={"optim.lr": 0.02}, before={"optim.lr": 0.003}, epochs=2
    )
    folder = made(STARTED, STEPS, EPOCH, edit, Stopped(step=39, epoch=1), name="mine", saved=39)
    app = opened("run", run=folder.id)
    assert [title.value for title in app.title] == ["mine"]
    cells = " ".join(element.proto.body for element in app.get("html"))
    assert "Learning rate 0" in cells
    assert CONFIG.data.name in cells.casefold()
    assert "PyTorch" in cells
    assert "run-to-train" in keys(app)
    assert "resume" in keys(app)


def marked(app: AppTest) -> list[dict[str, float]]:
    (chart,) = app.get("plotly_chart")
    found: list[dict[str, float]] = json.loads(chart.proto.spec)["layout"].get("shapes", [])
    return found


@pytest.mark.parametrize("alive", [False, True], ids=["ended", "training"])
def test_what_is_seen_in_a_run_stands_on_its_page_with_evidence_and_advice(made, alive) -> None:
    leap = StepsDone(first=1, losses=(2.3, *(9.0,) * 20, *(2.31,) * 96), epoch=3)
    epochs = [replace(EPOCH, epoch=n, step=39 * n, train_loss=2.31, lr=5.0) for n in (1, 2, 3)]
    config = CONFIG.with_values({"optim.lr": 5.0})
    end = () if alive else (replace(END, step=117, epoch=3),)
    folder = made(STARTED, leap, *epochs, *end, config=config, alive=alive)
    app = opened("run", run=folder.id)
    assert "leapt up to" in sentences(app)
    assert marked(app) == []
    app.button(key="finding-start_expected").click().run()
    assert [band["x0"] for band in marked(app)] == [0.5]
    app.button(key="finding-learning_rate_too_high").click().run()
    app.button(key="try-learning_rate_too_high").click().run()
    assert app.sidebar.text_input(key="optim.lr").value == "0.1"
    assert "Set in the sidebar" in sentences(app)


def test_a_run_that_has_just_begun_is_seen_later(made) -> None:
    app = opened("run", run=made(STARTED, alive=True).id)
    assert "as soon as it is clear" in sentences(app)
    assert not app.get("plotly_chart")


def test_a_deleted_run_leaves_for_the_table(made, runs) -> None:
    first, _second = made(STARTED, STEPS, EPOCH, END), made(STARTED, STEPS, EPOCH, END)
    app = opened("run", run=first.id)
    app.button(key=f"delete-run-{first.id}").click().run()
    assert len(runs.list()) == 1
    assert [title.value for title in app.title] == ["Runs"]
    assert f"undo-delete-{first.id}" in keys(app)


def test_a_link_to_a_part_leads_there_once_runs_are_selected(runs) -> None:
    made = [runs.create(CONFIG, name=name) for name in ("one", "two")]
    app = opened(view="settings")
    assert app.query_params["view"] in ("settings", ["settings"])
    app.session_state["places"]["selected"] = ",".join(run.id for run in made)
    app.run()
    (part,) = [one for one in app.get("button_group") if "runs-part" in str(one.key)]
    assert part.value in ("settings", ["settings"])
