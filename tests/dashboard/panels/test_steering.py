"""Pausing, single steps and edits, on the Train page."""

from __future__ import annotations

from mlcore.commands import Continue, Edit, Pause, RunEpoch, RunSteps
from mlcore.events import EditRefused, Paused, SettingsEdited, Stopped
from mlcore.runs import ControlLog
from tests.dashboard.train_page import (
    ADDRESS,
    EPOCH,
    STARTED,
    STEPS,
    chart_header,
    keys,
    opened,
    record,
    sentences,
    unfold_settings,
)


def test_a_running_run_can_be_paused_and_a_paused_one_continues_step_by_step(made):
    running = made(STARTED, STEPS, EPOCH, alive=True)
    log = ControlLog(running)
    app = opened(run=running.id)
    assert {"continue", "next-step", "next-epoch"}.isdisjoint(keys(app))
    app.button(key="pause").click().run()
    assert log.poll() == [Pause()]
    record(running, Paused(step=39, epoch=1))
    app.run()
    assert "pause" not in keys(app)
    for key, command in (
        ("next-step", RunSteps()),
        ("next-epoch", RunEpoch()),
        ("continue", Continue()),
    ):
        app.button(key=key).click().run()
        assert log.poll() == [command]


def test_what_the_sidebar_changes_can_be_applied_to_the_running_model(made):
    folder = made(STARTED, STEPS, alive=True)
    log = ControlLog(folder)
    app = opened(**ADDRESS)
    assert "apply" not in keys(app)
    app.text_input(key="optim.lr").set_value("0.02").run()
    assert "Learning rate 0.003 → 0.02" in sentences(app).replace("\\", "")
    app.button(key="apply").click().run()
    changes = {"optim.lr": 0.02}
    assert log.poll() == [Edit(changes=changes)]
    assert "apply" in keys(app)  # until the run has answered
    record(folder, SettingsEdited(step=39, epoch=0, changes=changes, before={"optim.lr": 0.003}))
    app.run()
    assert "apply" not in keys(app)
    assert b"lr 0.003 \\u2192 0.02" in chart_header(app)


def test_a_change_that_comes_after_the_end_is_answered_by_a_sentence(made):
    folder = made(STARTED, STEPS, EPOCH, alive=True)
    app = opened(**ADDRESS)
    app.text_input(key="optim.lr").set_value("0.02").run()
    record(folder, Stopped(step=39, epoch=1))
    app.button(key="apply").click().run()
    assert ControlLog(folder).poll() == []
    assert [error.value.replace("\\", "") for error in app.error] == [
        "The run ended before the change reached it: train more epochs with it, or branch off."
    ]


def test_an_edit_that_was_refused_is_a_sentence_until_the_sidebar_asks_for_something_else(made):
    folder = made(STARTED, STEPS, alive=True)
    app = unfold_settings(opened(**ADDRESS)).run()
    app.text_input(key="data.batch_size").set_value("999").run()
    why = "`data.batch_size` must be at most 900."
    record(folder, EditRefused(step=39, epoch=0, changes={"data.batch_size": 999}, message=why))
    app.run()
    (error,) = app.main.error
    assert "The run keeps its settings. Batch size must be at most 900" in error.value
    app.button(key="take-back").click().run()
    assert not app.main.error
    assert "apply" not in keys(app)
    assert app.text_input(key="data.batch_size").value == "32"


def test_somebody_who_only_looks_is_offered_nothing(made):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(run=folder.id, **{"data.batch_size": "256", "train.epochs": "40"})
    assert "apply" not in keys(app)
    app.text_input(key="optim.lr").set_value("0.02").run()
    offered = [element.value.replace("\\", "") for element in app.main.markdown]
    assert "Learning rate 0.003 → 0.02" in offered
    log = ControlLog(folder)
    app.button(key="apply").click().run()
    assert log.poll() == [Edit(changes={"optim.lr": 0.02})]


def test_apply_takes_what_was_typed_just_before_the_click(made):
    folder = made(STARTED, STEPS, alive=True)
    log = ControlLog(folder)
    app = unfold_settings(opened(**ADDRESS)).run()
    app.text_input(key="optim.lr").set_value("0.02").run()
    app.text_input(key="optim.lr").set_value("0,05")
    app.text_input(key="data.batch_size").set_value("64")
    app.button(key="apply").click().run()
    assert log.poll() == [Edit(changes={"optim.lr": 0.05, "data.batch_size": 64})]


def test_discard_takes_back_what_was_typed_just_before_the_click(made):
    made(STARTED, STEPS, alive=True)
    app = unfold_settings(opened(**ADDRESS)).run()
    app.text_input(key="optim.lr").set_value("0.02").run()
    app.text_input(key="optim.momentum").set_value("0.5")
    app.button(key="take-back").click().run()
    assert app.text_input(key="optim.lr").value == "0.003"
    assert app.text_input(key="optim.momentum").value == "0"
    assert "take-back" not in keys(app)


def test_a_refused_value_is_not_applied_and_says_so(made):
    folder = made(STARTED, STEPS, alive=True)
    log = ControlLog(folder)
    app = opened(**ADDRESS)
    app.text_input(key="optim.lr").set_value("0.02").run()
    app.text_input(key="optim.lr").set_value("-1")
    app.button(key="apply").click().run()
    assert log.poll() == []
    assert "Learning rate cannot be used" in "".join(error.value for error in app.main.error)


def test_what_cannot_change_while_a_run_trains_says_so(made):
    made(STARTED, STEPS, alive=True)
    app = unfold_settings(opened(**ADDRESS)).run()
    app.text_input(key="model.hidden").set_value("32").run()
    assert "apply" not in keys(app)
    assert "Hidden layers 128 · 64 → 32: fixed while this run trains" in sentences(app)


def test_a_run_that_waits_or_starts_is_offered_nothing(made):
    folder = made(alive=True)
    app = opened(run=folder.id, **ADDRESS)
    app.text_input(key="optim.lr").set_value("0.02").run()
    assert "apply" not in keys(app)
