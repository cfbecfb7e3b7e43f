"""Pausing, single steps and edits, on the Train page."""

from __future__ import annotations

from mlcore.commands import Continue, Edit, Pause, RunEpoch, RunSteps
from mlcore.events import EditRefused, Paused, SettingsEdited
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
    app.number_input(key="optim.lr").set_value(0.02).run()
    assert "Learning rate 0.003 → 0.02" in sentences(app).replace("\\", "")
    app.button(key="apply").click().run()
    changes = {"optim.lr": 0.02}
    assert log.poll() == [Edit(changes=changes)]
    assert "apply" in keys(app)  # until the run has answered
    record(folder, SettingsEdited(step=39, epoch=0, changes=changes, before={"optim.lr": 0.003}))
    app.run()
    assert "apply" not in keys(app)
    assert b"lr 0.003 \\u2192 0.02" in chart_header(app)


def test_an_edit_that_was_refused_is_a_sentence_until_the_sidebar_asks_for_something_else(made):
    folder = made(STARTED, STEPS, alive=True)
    app = opened(**ADDRESS)
    app.number_input(key="data.batch_size").set_value(999).run()
    why = "`data.batch_size` must be at most 900."
    record(folder, EditRefused(step=39, epoch=0, changes={"data.batch_size": 999}, message=why))
    app.run()
    (error,) = app.main.error
    assert "The run keeps its settings. Batch size must be at most 900" in error.value
    app.button(key="take-back").click().run()
    assert not app.main.error
    assert "apply" not in keys(app)
    assert app.number_input(key="data.batch_size").value == 32
