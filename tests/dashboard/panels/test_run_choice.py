"""Which run the Train page shows."""

from __future__ import annotations

import os

from mlcore.events import Stopped
from tests.dashboard.train_page import EPOCH, STARTED, STEPS, opened, sentences


def test_the_address_names_the_run(made):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED)
    assert os.fspath(first.path) != os.fspath(second.path)
    app = opened(run=first.id)
    assert first.id in sentences(app)
    assert app.query_params["run"] in (first.id, [first.id])


def test_an_address_of_a_run_that_does_not_exist_shows_the_newest_and_says_so(made):
    newest = made(STARTED, STEPS)
    app = opened(run="20200101-000000-abcd")
    for _ in range(2):  # it stays when the page is drawn again
        assert "There is no run 20200101-000000-abcd" in app.main.error[0].value.replace("\\", "")
        assert newest.id in sentences(app)
        app.run()


def test_another_run_can_be_chosen(made):
    first = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    second = made(STARTED, STEPS, Stopped(step=39, epoch=1))
    app = opened(run=first.id)
    app.selectbox(key="run-choice").select_index(
        1 if app.selectbox(key="run-choice").index == 0 else 0
    ).run()
    assert second.id in sentences(app)


def test_two_runs_of_one_second_have_distinct_labels_in_the_list(made, monkeypatch):
    monkeypatch.setattr("mlcore.runs.library.store.time.time", lambda: 1_790_000_000.0)
    first, second = made(STARTED, STEPS), made(STARTED, STEPS)
    labels = opened().selectbox(key="run-choice").options
    assert len(set(labels)) == 2
    assert {label[-5:-1] for label in labels} == {first.id[-4:], second.id[-4:]}
