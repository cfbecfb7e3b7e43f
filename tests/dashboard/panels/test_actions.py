"""Training, resuming and training on, on the Train page."""

from __future__ import annotations

import threading
from dataclasses import replace

from streamlit.testing.v1 import AppTest

from mlcore.events import CheckpointSaved, Failed, Finished
from mlcore.runs import Recorder
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.dashboard.train_page import (
    EPOCH,
    STARTED,
    STEPS,
    chart_header,
    metrics,
    opened,
    sentences,
)


def test_a_click_on_train_that_arrives_twice_starts_one_run(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    click = "actions.start_run(RunConfig())\n"
    head = "from dashboard.panels import actions\nfrom mlcore.config import RunConfig\n"
    app = AppTest.from_string(head + click + click).run()
    assert not app.exception
    assert len(runs.list()) == 1
    app.run()  # cut short again: the page was not drawn whole since
    assert len(runs.list()) == 1


def test_a_click_with_other_settings_counts_though_the_page_is_still_being_drawn(runs, monkeypatch):
    """On a busy machine the fifth run that was put into the queue was lost."""
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = AppTest.from_string(
        "from dashboard.panels import actions\nfrom mlcore.config import RunConfig\n"
        "for epochs in (3, 4):\n"
        "    actions.start_run(RunConfig().with_values({'train.epochs': epochs}))\n"
    ).run()
    assert not app.exception
    assert sorted(runs.get(info.id).config.train.epochs for info in runs.list()) == [3, 4]


def test_each_click_on_a_page_that_was_drawn_starts_a_run(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = opened()
    for count in (1, 2, 3):
        app.button(key="train").click().run()
        assert len(runs.list()) == count


def test_a_click_on_train_is_answered_with_the_first_losses(runs, monkeypatch):
    """A worker that begins a moment after the click: no page says Starting in between."""

    def start(_jobs, config, **_more):
        run = runs.create(config)
        threading.Timer(0.1, _begin, [run]).start()
        return run.id

    def _begin(run):
        write_worker(run.path, WorkerRecord.mine())
        with Recorder(run) as recorder:
            recorder.record(STARTED)
            recorder.record(STEPS)

    monkeypatch.setattr("mlcore.jobs.Jobs.start_run", start)
    app = opened()
    app.button(key="train").click().run()
    assert b'"points":39' in chart_header(app)
    assert metrics(app)["Training loss"] != "–"


def test_a_run_that_is_slow_to_begin_is_drawn_as_it_is(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = opened()
    app.button(key="train").click().run()
    assert "Starting" in sentences(app) or "Queued" in sentences(app)


def test_a_run_that_early_stopping_ended_gets_more_epochs_without_it(made, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.resume_run", lambda _, run, changes: asked.append((run, changes))
    )
    ended = Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0, early=True)
    folder = made(STARTED, STEPS, EPOCH, ended, saved=39)
    app = opened()
    app.button(key="extend").click().run()
    assert asked == [(folder.id, {"train.epochs": 6, "train.patience": 0})]


def test_more_epochs_come_on_top_of_those_done_where_an_edit_lowered_them(made, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.resume_run", lambda _, run, changes: asked.append((run, changes))
    )
    ended = Finished(step=39, epoch=9, test_loss=0.5, test_accuracy=0.9, seconds=1.0, early=False)
    folder = made(STARTED, STEPS, replace(EPOCH, epoch=9), ended, saved=39)
    assert folder.config.train.epochs < 9
    app = opened()
    app.button(key="extend").click().run()
    assert asked == [(folder.id, {"train.epochs": 14})]


def test_a_run_without_a_checkpoint_can_be_started_again(made, monkeypatch):
    asked = []
    monkeypatch.setattr("mlcore.jobs.Jobs.resume_run", lambda _, run, __: asked.append(run))
    folder = made(STARTED, STEPS, Failed(step=39, epoch=1, message="No room on the disk."))
    app = opened()
    assert app.button(key="resume").label == "Start it again"
    app.button(key="resume").click().run()
    assert asked == [folder.id]


def test_a_run_whose_checkpoints_are_gone_cannot_be_started_again(made):
    saved = CheckpointSaved(step=39, epoch=1, file="step-00000039.pt", reason="stopped", best=True)
    made(STARTED, STEPS, saved, Failed(step=39, epoch=1, message="No room on the disk."))
    button = opened().button(key="resume")
    assert button.disabled
    assert "are gone, and it had trained up to step 39" in button.help
