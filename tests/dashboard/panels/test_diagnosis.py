"""What is seen in a run, on the Train page: sentences, marks on the chart, and things to try."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mlcore.events import Finished, StepsDone
from tests.dashboard.train_page import (
    CONFIG,
    EPOCH,
    STARTED,
    STEPS,
    chart_header,
    keys,
    opened,
    sentences,
)

HIGH = CONFIG.with_values({"optim.lr": 5.0})
STUCK = (2.3, *(9.0,) * 20, *(2.31,) * 96)


def stuck(made, **more):
    """A run whose learning rate is far too high: the loss leaps up, and stays at guessing."""
    epochs = [replace(EPOCH, epoch=n, step=39 * n, train_loss=2.31, lr=5.0) for n in (1, 2, 3)]
    return made(STARTED, StepsDone(first=1, losses=STUCK, epoch=3), *epochs, config=HIGH, **more)


def shapes(app) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(chart_header(app))["layout"]["shapes"]
    return found


def test_it_says_what_is_seen_as_soon_as_it_is_clear(made):
    made(STARTED, alive=True)
    assert "as soon as it is clear" in sentences(opened())
    made(STARTED, STEPS, alive=True)
    assert "finding-learning" in keys(opened())


def test_a_finding_is_marked_on_the_chart_while_it_is_chosen(made):
    stuck(made, alive=True)
    app = opened()
    assert "leapt up to" in sentences(app)
    assert shapes(app) == []
    app.button(key="finding-start_expected").click().run()
    assert "about ln 10" in sentences(app).replace("\\", "")
    assert shapes(app)[0]["x0"] == 0.5
    app.button(key="finding-start_expected").click().run()
    assert shapes(app) == []


def test_a_finding_keeps_its_place_while_others_come_and_go(made):
    kinds = ("start_expected", "learning_rate_too_high", "learning")

    def shown() -> list[str]:
        names = {f"finding-{past}{kind}" for kind in kinds for past in ("", "past-")}
        return [one.key.removeprefix("finding-") for one in app.main.button if one.key in names]

    run = stuck(made, alive=True)
    app = opened()
    of, places = app.session_state["finding-places"]
    assert of == run.id
    assert shown() == [one.kind for one in places if one.kind in kinds]
    assert set(shown()) == {"start_expected", "learning_rate_too_high"}
    (start,) = (one for one in places if one.kind == "start_expected")
    (high,) = (one for one in places if one.kind == "learning_rate_too_high")
    gone = replace(start, kind="learning")
    app.session_state["finding-places"] = run.id, (gone, high)
    app.run()
    assert shown() == ["past-learning", "learning_rate_too_high", "start_expected"]
    assert app.button(key="finding-past-learning").disabled
    app.session_state["finding-places"] = "another run", (high, gone)
    app.run()
    assert shown() == ["start_expected", "learning_rate_too_high"]


def test_what_to_try_is_set_in_the_sidebar_with_the_optimizer_that_it_is_meant_for(made):
    stuck(made, alive=False)
    app = opened(**{"optim.name": "adam"})
    button = app.button(key="try-learning_rate_too_high")
    assert button.label == "Learning rate 5 → 0.1"
    button.click().run()
    assert app.text_input(key="optim.lr").value == "0.1"
    assert app.selectbox(key="optim.name").value == "sgd"
    assert "Set in the sidebar" in sentences(app)
    assert "try-learning_rate_too_high" not in keys(app)


def test_the_same_learning_rate_of_another_optimizer_is_not_what_was_advised(made):
    stuck(made, alive=False)
    app = opened(**{"optim.name": "adam", "optim.lr": "0.1"})
    assert "Set in the sidebar" not in sentences(app)
    assert "try-learning_rate_too_high" in keys(app)


def test_while_the_run_trains_it_can_be_applied_to_it(made):
    stuck(made, alive=True)
    app = opened(**{"optim.lr": "5", "data.batch_size": "32", "data.validation": "200"})
    app.button(key="try-learning_rate_too_high").click().run()
    assert "apply" in keys(app)


@pytest.mark.parametrize("damage", ["config.json", "events.jsonl"])
def test_a_run_whose_files_are_damaged_is_no_fault(made, damage):
    end = Finished(step=39, epoch=1, test_loss=1, test_accuracy=0.5, seconds=1)
    folder = made(STARTED, STEPS, end)
    (folder.path / damage).write_bytes(b"{")
    assert not opened().exception


def test_readers_of_the_screen_are_told_what_is_wrong(made):
    stuck(made, alive=True)
    header = json.loads(chart_header(opened()))
    assert header["news"]["warning"] == "Learning rate too high."


def test_they_are_told_in_a_whole_sentence_of_their_language(made):
    stuck(made, alive=True)
    header = json.loads(chart_header(opened(lang="zh")))
    assert header["news"]["warning"] == "学习率太高。"
