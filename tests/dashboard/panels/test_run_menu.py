"""Renaming and deleting a run, on the Train page."""

from __future__ import annotations

from dashboard.words.dates import recent_moment
from mlcore.events import Stopped
from mlcore.runs import ControlLog
from mlcore.runs.library.label import read_label, rename
from tests.dashboard.train_page import EPOCH, STARTED, STEPS, keys, opened, sentences


def test_a_run_can_be_renamed(made):
    folder = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    app = opened(run=folder.id)
    key = f"name-{folder.id}"
    app.text_input(key=key).set_value("first try").run()
    assert app.selectbox(key="run-choice").options == [
        f"first try · {recent_moment(folder.meta['created'])} · stopped · 87.50 % in validation"
    ]
    assert read_label(folder).name == "first try"
    assert app.text_input(key=key).value == "first try"


def test_a_long_name_from_the_shell_is_whole_in_the_field(made):
    folder = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    rename(folder, "long " * 30)
    app = opened(run=folder.id)
    name = read_label(folder).name
    assert app.text_input(key=f"name-{folder.id}").value == name


def test_a_deletion_can_be_undone(made, runs):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED, STEPS, Stopped(step=39, epoch=1))
    app = opened(run=first.id)
    app.button(key=f"delete-run-{first.id}").click().run()
    assert [info.id for info in runs.list()] == [second.id]
    assert second.id in sentences(app)
    assert not app.main.warning
    app.button(key=f"undo-delete-{first.id}").click().run()
    assert first.id in sentences(app)
    assert f"undo-delete-{first.id}" not in keys(app)
    assert len(runs.list()) == 2


def test_a_run_that_trains_is_deleted_only_when_asked_twice(made, runs):
    training = made(STARTED, STEPS, alive=True)
    app = opened(run=training.id)
    assert f"delete-run-{training.id}" not in keys(app)
    app.button(key=f"doubt-delete-{training.id}").click().run()
    assert app.button(key=f"delete-run-{training.id}").label == "Stop and delete"
    app.button(key=f"keep-run-{training.id}").click().run()
    assert f"delete-run-{training.id}" not in keys(app)
    assert [info.state for info in runs.list()] == ["running"]
    assert ControlLog(training).poll() == []


def test_the_last_run_can_be_deleted_too(made, runs):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    app = opened()
    app.button(key=f"delete-run-{first.id}").click().run()
    assert "Teach a network" in sentences(app)
    assert f"undo-delete-{first.id}" in keys(app)
