"""The Train page without a browser: what it shows of runs in every state."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from mlcore.commands import Stop
from mlcore.events import Failed, Finished, StepsDone, Stopped
from mlcore.runs import ControlLog
from tests.dashboard.train_page import (
    ADDRESS,
    CONFIG,
    EPOCH,
    STARTED,
    STEPS,
    chart_header,
    keys,
    metrics,
    opened,
    sentences,
)


def test_without_a_run_the_page_invites_and_says_what_train_does(runs):
    app = opened()
    assert "Teach a network" in sentences(app)
    assert "Press **Train**" in sentences(app)
    assert app.button(key="train").disabled is False
    assert "stop" not in keys(app)


def test_the_invitation_shows_each_class_and_where_an_untrained_network_stands(runs):
    app = opened()
    bodies = [node.proto.body for node in app.main.get("html")]
    pictures = next(body for body in bodies if "examples" in body)
    assert re.findall(r"<figcaption>(\d)</figcaption>", pictures) == list("0123456789")
    assert pictures.count("<img ") == 10
    assert metrics(app) == {"Loss at the start": "≈ 2.303", "Accuracy at the start": "≈ 10 %"}


def test_the_invitation_starts_training_as_the_button_above_it_does(runs, monkeypatch):
    monkeypatch.setattr(
        "mlcore.jobs.Jobs.start_run", lambda _, config, **_more: runs.create(config).id
    )
    app = opened(**ADDRESS)
    kinds = {key: app.button(key=key).proto.type for key in ("start-train", "train")}
    assert kinds == {"start-train": "primary", "train": "secondary"}  # one of them invites
    app.button(key="start-train").click().run()
    (run,) = runs.list()
    assert run.config == CONFIG
    assert app.button(key="train").proto.type == "primary"
    assert "start-train" not in keys(app)


def test_an_active_run_shows_its_progress_and_can_be_stopped(made):
    folder = made(STARTED, STEPS, EPOCH, alive=True)
    app = opened()
    assert metrics(app)["Validation accuracy"] == "87.50 %"
    assert metrics(app)["Test accuracy"] == "–"
    assert app.button(key="train").label == "Add to queue"
    assert b'"points":39' in chart_header(app)
    log = ControlLog(folder)
    app.button(key="stop").click().run()
    assert log.poll() == [Stop()]


def test_a_run_that_its_server_stopped_says_so(made):
    made(STARTED, STEPS, Stopped(step=39, epoch=0, reason="shutdown"), saved=39)
    app = opened()
    assert "stopped when its server was shut down" in sentences(app)
    assert app.button(key="resume").label == "Resume from step 39"


def test_a_finished_run_shows_its_test_accuracy_and_offers_more_epochs(made):
    ended = Finished(step=78, epoch=2, test_loss=0.5, test_accuracy=0.9125, seconds=1.0)
    made(STARTED, STEPS, EPOCH, ended, saved=78)
    app = opened()
    assert metrics(app)["Test accuracy"] == "91.25 %"
    assert app.button(key="extend").label == "Train 5 more epochs"
    assert {"stop", "resume"}.isdisjoint(keys(app))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (Stopped(step=39, epoch=1), ""),
        (Failed(step=39, epoch=1, message="The loss became *NaN* at step 40."), "NaN"),
        (None, "left no final message"),
    ],
    ids=["stopped", "failed", "lost"],
)
def test_a_run_that_broke_off_says_why_and_offers_to_resume(made, end, words):
    made(STARTED, STEPS, EPOCH, *([end] if end else []), saved=39)
    app = opened()
    assert app.button(key="resume").label == "Resume from step 39"
    errors = " ".join(error.value.replace("\\", "") for error in app.main.error)
    assert words in errors
    assert bool(errors) == bool(words)


def test_damaged_lines_are_reported_and_the_rest_is_drawn(made):
    folder = made(STARTED, STEPS, Stopped(step=39, epoch=1), saved=39)
    with folder.events_path.open("ab") as file:
        file.write(b"\0\0\0\n")
    app = opened()
    (warning,) = app.main.warning
    assert "1 damaged line of events" in warning.value
    assert b'"points":39' in chart_header(app)


def test_losses_that_are_not_finite_are_drawn_as_gaps(made):
    losses = StepsDone(first=1, losses=(2.0, math.nan, math.inf), epoch=1)
    made(STARTED, losses, Failed(step=3, epoch=0, message="The loss became NaN."))
    app = opened()
    assert b'"points":3' in chart_header(app)
    assert metrics(app)["Training loss"] == "2.0000"


def test_below_the_training_loss_stands_how_that_very_number_changed(made):
    rising = StepsDone(first=40, losses=(1.0,) * 10 + (3.0,) * 10, epoch=2)
    made(STARTED, STEPS, EPOCH, rising, alive=True)
    (loss,) = [one for one in opened().main.metric if one.label == "Training loss"]
    shown = np.mean([*(2 - step / 39 for step in range(9, 39)), *rising.losses])
    before = np.mean([2 - step / 39 for step in range(39)])
    assert float(loss.value) == pytest.approx(shown, abs=1e-4)
    assert float(loss.delta) == pytest.approx(shown - before, abs=1e-4)


def test_a_refused_setting_leaves_the_button_its_name(made):
    made(STARTED, STEPS, alive=True)
    app = opened(**{"optim.lr": "-1"})
    app.text_input(key="optim.lr").set_value("-1").run()
    assert app.button(key="train").label == "Add to queue"


def test_the_smoothing_can_be_turned_off(made):
    made(STARTED, STEPS, alive=True)
    app = opened()
    with_mean = chart_header(app)
    app.select_slider(key="smoothing").set_value(1).run()
    assert len(chart_header(app)) < len(with_mean)
    assert not app.exception
