"""Which run the Train page shows."""

from __future__ import annotations

import os

import pytest

from mlcore.events import Stopped
from mlcore.runs.library import trash
from tests.dashboard.train_page import EPOCH, STARTED, STEPS, opened, sentences

END = Stopped(step=39, epoch=1)


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
        errors = " ".join(error.value for error in app.main.error).replace("\\", "")
        assert "There is no run 20200101-000000-abcd" in errors
        assert newest.id in sentences(app)
        app.run()
    app.button(key="close-problem").click().run()
    assert not any("There is no run" in error.value for error in app.main.error)
    assert newest.id in sentences(app)


def test_an_address_of_a_run_that_was_deleted_elsewhere_offers_to_restore_it(made, runs):
    gone, newest = made(STARTED, STEPS, END, name="the good one"), made(STARTED, STEPS, END)
    trash.delete(gone)
    app = opened(run=gone.id)
    assert not app.main.error
    assert newest.id in sentences(app)
    assert "the good one was deleted." in sentences(app)
    app.button(key=f"undo-delete-{gone.id}").click().run()
    assert gone.id in sentences(app)
    assert len(runs.list()) == 2


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


def test_a_run_that_cannot_be_read_is_a_sentence_and_the_others_are_shown(made, runs):
    good = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    bad = made(STARTED, STEPS)
    for content in (b'{"config": ' + b"9" * 5_000, b"\xff", b'{"config": {"a": 1}}', b"{" * 9_000):
        bad.config_path.write_bytes(content)
        app = opened(run=bad.id)
        assert not app.exception
        assert bad.id in app.main.error[0].value.replace("\\", "")
        assert good.id in sentences(app)
        assert app.button(key="train").disabled is False


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b'{"config": {}, "created": "x", "parent": true, "name": "\\ud800"}'),
        ("worker.json", b'{"a":' * 9_000),
        ("label.json", b'{"name": "caf\\udce9 \\u001b\\u0007\\u202e", "note": "\\ud800"}'),
        ("control.jsonl", b'{"command": "start", "changes": ' + b"9" * 400 + b"}\n"),
        ("../.queue/queue.json", b'{"at_once": Infinity, "waiting": [], "claims": {}}'),
    ],
)
def test_whatever_lies_in_the_files_of_a_run_the_page_is_there(made, runs, name, content):
    folder = made(STARTED, STEPS, EPOCH, Stopped(step=39, epoch=1))
    path = folder.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    app = opened(run=folder.id)
    assert not app.exception
    assert folder.id in sentences(app)
    assert app.button(key="train").disabled is False
