"""A run that is steered in a real browser while it trains, and is never lost."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from mlcore.replay import replay
from mlcore.runs import ENDED, History, RunFolder, RunStore, read_state
from mlcore.runs.record.worker import read_worker
from tests.browser.driving import LONG, badge, button, click_train, shows_run, wait_for_steps

pytestmark = pytest.mark.browser


def set_number(page: Page, key: str, value: str) -> None:
    field = page.locator(f".st-key-{key} input").last
    field.fill(value)
    field.press("Enter")


def marks(page: Page) -> list[str]:
    """The labels of the edits on the chart."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.live-chart .annotation-text')]"
        ".map((label) => label.textContent.trim())"
    )
    return found


def wait_for_marks(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => document.querySelectorAll('.live-chart .annotation-text').length === count",
        arg=count,
    )


def begin(page: Page, url: str) -> None:
    page.goto(f"{url}/?{LONG}")
    expect(button(page, "train")).to_be_enabled()
    button(page, "train").click()
    wait_for_steps(page)


def only_run(runs: Path) -> RunFolder:
    (info,) = RunStore(runs).list()
    return RunFolder(info.path)


def history_of(folder: RunFolder) -> History:
    history = History(folder)
    history.refresh()
    return history


def steps_told(folder: RunFolder) -> list[int]:
    """The number of every step that the history tells of, in the order in which it does."""
    told = (json.loads(line) for line in folder.events_path.read_text().splitlines())
    return [
        record["first"] + place
        for record in told
        if record["event"] == "steps"
        for place in range(len(record["losses"]))
    ]


def test_a_steered_run_survives_refresh_and_the_death_of_its_server(app, page, settled):
    server = app()
    begin(page, server.url)
    folder = only_run(server.runs)
    set_number(page, "optim-lr", "0.01")
    expect(page.locator(".st-key-pending")).to_contain_text("Learning rate 0.003 → 0.01")
    button(page, "apply").click()
    wait_for_marks(page, 1)
    assert marks(page) == ["lr 0.003 → 0.01"]
    expect(page.locator(".st-key-pending")).to_have_count(0)

    button(page, "pause").click()
    badge(page, "Paused")
    page.reload()
    badge(page, "Paused")
    wait_for_marks(page, 1)
    at = history_of(folder).step
    button(page, "continue").click()
    badge(page, "Training")
    wait_for_steps(page, at)

    server.stop(signal.SIGKILL)
    worker = read_worker(folder.path)
    assert worker is not None
    assert worker.alive
    at = history_of(folder).step
    server = app()  # the same folder
    page.goto(server.url)
    badge(page, "Training")
    wait_for_steps(page, at)
    wait_for_marks(page, 1)
    button(page, "stop").click()
    badge(page, "Stopped")
    button(page, "resume").click()
    badge(page, "Training")
    stopped = history_of(folder).started
    assert stopped is not None
    wait_for_steps(page, stopped.step)
    button(page, "stop").click()
    badge(page, "Stopped")

    history = history_of(folder)
    assert steps_told(folder) == list(range(1, history.step + 1))
    assert [done.epoch for done in history.epochs] == list(range(1, len(history.epochs) + 1))
    assert len(history.starts) == 2
    assert [edit.changes for edit in history.edits] == [{"optim.lr": 0.01}]
    found = replay(folder)
    assert found.equal
    assert found.weights_equal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_asked_to_end_stops_its_runs_and_the_next_offers_to_resume(
    app, page, settled, number
):
    server = app()
    begin(page, server.url)
    folder = only_run(server.runs)
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert children
    server.stop(number)
    assert server.process.returncode == 0
    history = history_of(folder)
    assert history.state == "stopped"
    assert history.outcome is not None
    assert history.outcome.reason == "shutdown"
    assert "offers to resume" in server.log.read_text()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive

    server = app()
    page.goto(server.url)
    badge(page, "stopped when its server was shut down")
    expect(button(page, "resume")).to_have_text(re.compile(f"from step {history.step:,}"))
    button(page, "resume").click()
    badge(page, "Training")
    wait_for_steps(page, history.step)
    button(page, "stop").click()
    badge(page, "Stopped")
    assert steps_told(folder) == list(range(1, history_of(folder).step + 1))


def test_single_steps_and_epochs_edits_and_refusals(app, page, settled, shots):
    server = app()
    begin(page, f"{server.url}")
    folder = only_run(server.runs)
    wait_for_steps(page, 1_000)
    button(page, "pause").click()
    badge(page, "Paused")
    at = history_of(folder).step
    button(page, "next-step").click()
    wait_for_steps(page, at)
    assert history_of(folder).step == at + 1
    epochs = len(history_of(folder).epochs)
    button(page, "next-epoch").click()
    wait_for_steps(page, at + 1)
    badge(page, "Paused")
    page.wait_for_function(
        "step => Number(document.querySelector('.live-chart').dataset.last) === step",
        arg=history_of(folder).epochs[-1].step,
    )
    assert len(history_of(folder).epochs) == epochs + 1
    assert read_state(folder) == "paused"

    for count, (key, value) in enumerate(
        (("optim-momentum", "0.9"), ("data-batch_size", "64"), ("train-epochs", "6000")), start=1
    ):
        if key == "data-batch_size":
            page.locator(".st-key-group-data summary").click()
        if key == "optim-momentum":
            page.locator(".st-key-group-optimizer summary").click()
        set_number(page, key, value)
        button(page, "apply").click()
        wait_for_marks(page, count)
        button(page, "next-epoch").click()
        wait_for_steps(page, history_of(folder).edits[-1].step)
        badge(page, "Paused")
    edits = ["momentum 0 → 0.9", "batch size 16 → 64", "epochs 5,000 → 6,000"]
    assert sorted(marks(page)) == sorted(edits)  # each on a free line, in no order
    set_number(page, "optim-lr", "0.02")
    expect(page.locator(".st-key-pending")).to_contain_text("Learning rate 0.003 → 0.02")
    shots(page, "steering-paused")
    button(page, "take-back").click()
    expect(page.locator(".st-key-pending")).to_have_count(0)
    expect(page.locator(".st-key-optim-lr input").last).to_have_value("0.003")
    button(page, "continue").click()
    badge(page, "Training")
    set_number(page, "optim-lr", "0.02")
    expect(page.locator(".st-key-pending")).to_be_visible()
    covering = page.locator(".st-key-pending").evaluate(
        "(bar) => [getComputedStyle(bar).backgroundColor,"
        " getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor]"
    )
    assert covering[0] == covering[1] != "rgba(0, 0, 0, 0)"  # nothing shines through
    shots(page, "steering-running")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 900})
    button(page, "stop").click()
    badge(page, "Stopped")
    assert read_state(folder) in ENDED


def test_a_run_that_trains_is_named_stopped_and_deleted_and_comes_back(app, page, settled, shots):
    server = app()
    begin(page, server.url)
    folder = only_run(server.runs)
    button(page, "run-menu").click()
    name = page.locator(f"[class*=st-key-name-{folder.id}] input")
    name.fill("a wide one")
    name.press("Enter")
    shows_run(page, "a wide one")
    shots(page, "run-menu")
    button(page, f"doubt-delete-{folder.id}").click()
    expect(page.get_by_text("This run is training.")).to_be_visible()
    shots(page, "delete-doubted")
    delete = button(page, f"delete-run-{folder.id}")
    expect(delete).to_contain_text("Stop and delete")
    delete.click()
    expect(page.locator(".st-key-deleted")).to_contain_text("was deleted")
    expect(page.get_by_text("Teach a network")).to_be_visible()
    expect(page.locator(".st-key-deleted-runs")).to_be_visible()
    settled(page)
    invitation = page.locator(".st-key-train-invitation").bounding_box()
    deleted = page.locator(".st-key-deleted-runs").bounding_box()
    assert invitation
    assert deleted
    assert deleted["y"] >= invitation["y"] + invitation["height"]
    assert RunStore(server.runs).list() == []
    button(page, f"undo-delete-{folder.id}").click()
    badge(page, "Stopped")
    shows_run(page, "a wide one")
    assert only_run(server.runs).id == folder.id
    assert read_state(folder) == "stopped"


def test_a_page_that_lost_its_timer_draws_on(app, page):
    """Streamlit can drop the message that sets it, where two runs of the script meet."""
    page.add_init_script(
        "const set = window.setInterval; window.timers = [];"
        " window.setInterval = (act, pause, ...more) => {"
        " const id = set(act, pause, ...more); window.timers.push([id, pause]); return id; }"
    )
    page.goto(f"{app().url}/?{LONG}")
    click_train(page)
    wait_for_steps(page, 500)
    page.evaluate("timers.filter(([, pause]) => pause < 5000).forEach(([id]) => clearInterval(id))")
    last = float(page.evaluate("Number(document.querySelector('.live-chart').dataset.last)"))
    wait_for_steps(page, last + 5_000)
    before = float(page.evaluate("Number(document.querySelector('.live-chart').dataset.draws)"))
    page.wait_for_function(
        "before => Number(document.querySelector('.live-chart').dataset.draws) > before + 3",
        arg=before,
    )


def test_a_chart_without_news_says_how_old_it_is(app, page):
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    click_train(page)
    wait_for_steps(page, 100)
    note = page.locator(".st-key-run-chart .late")
    expect(note).to_be_hidden()
    server.process.send_signal(signal.SIGSTOP)
    try:
        expect(note).to_contain_text(re.compile(r"As it was \d+ s ago: the server has not "))
    finally:
        server.process.send_signal(signal.SIGCONT)
    expect(note).to_be_hidden()
