"""Runs that wait for a place, in a real browser: reordered, cancelled, and never lost."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from mlcore.runs import ENDED, RunFolder, read_state
from mlcore.runs.active.queue import RunQueue
from tests.browser.driving import LONG, add_to_queue, badge, button, click_train, run_of

pytestmark = pytest.mark.browser


def rows(page: Page, count: int) -> None:
    """Wait until the queue has so many rows."""
    expect(page.locator("[class*='st-key-queue-']:visible")).to_have_count(count)


def three_runs(page: Page, url: str) -> list[str]:
    """Three clicks on Train: the ids of a run that trains and of two that wait."""
    page.goto(f"{url}/?{LONG}")
    first = click_train(page)
    badge(page, "Training")
    expect(button(page, "train")).to_have_text(re.compile("Add to queue"))
    second = add_to_queue(page)
    badge(page, "Training")
    assert run_of(page) == first  # adding to the queue leaves the live run where it is
    third = add_to_queue(page, show=True)
    badge(page, "Queued")
    expect(page.get_by_text("Number 2 of 2 in the queue")).to_be_visible()
    rows(page, 3)
    return [first, second, third]


def states(runs: Path, ids: list[str]) -> list[str]:
    return [read_state(RunFolder(runs / run)) for run in ids]


def test_three_clicks_train_one_run_and_two_wait_in_an_order_that_can_be_changed(
    app, page, settled, shots
):
    server = app()
    first, second, third = three_runs(page, server.url)
    queue = RunQueue(server.runs)
    assert states(server.runs, [first, second, third]) == ["running", "queued", "queued"]
    shots(page, "queue")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1400, "height": 900})

    button(page, f"earlier-{third}").click()
    expect(page.get_by_text("Number 1 of 2 in the queue")).to_be_visible()
    assert queue.snapshot().waiting == (third, second)
    fourth = add_to_queue(page, show=True)
    button(page, "cancel").click()
    badge(page, "cancelled before it started")
    expect(button(page, "resume")).to_have_text(re.compile("Start it"))
    rows(page, 3)

    button(page, f"show-{first}").click()
    badge(page, "Training")
    button(page, "stop").click()
    badge(page, "Stopped")
    button(page, f"show-{third}").click()
    badge(page, "Training")
    ids = [first, second, third, fourth]
    assert states(server.runs, ids) == ["stopped", "queued", "running", "stopped"]

    page.locator(".st-key-at-once input").fill("2")
    page.locator(".st-key-at-once input").press("Enter")
    button(page, f"show-{second}").click()
    expect(page.get_by_text(f"Run {second}")).to_be_visible()
    badge(page, "Training")
    assert states(server.runs, [second, third]) == ["running", "running"]


def test_what_waits_outlives_the_death_of_its_server(app, page, settled):
    server = app()
    first, second, third = three_runs(page, server.url)
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.stop(signal.SIGKILL)
    server = app()  # the same folder
    page.goto(f"{server.url}/?run={first}")
    badge(page, "Training")
    rows(page, 3)
    assert states(server.runs, [first, second, third]) == ["running", "queued", "queued"]
    button(page, "stop").click()
    badge(page, "Stopped")
    button(page, f"show-{second}").click()
    badge(page, "Training")
    assert RunQueue(server.runs).snapshot().waiting == (third,)

    children += psutil.Process(server.process.pid).children(recursive=True)
    server.stop(signal.SIGINT)
    assert states(server.runs, [first, second, third]) == ["stopped", "stopped", "queued"]
    server = app()
    page.goto(f"{server.url}/?run={third}")
    badge(page, "Training")
    button(page, "stop").click()
    badge(page, "Stopped")
    children += psutil.Process(server.process.pid).children(recursive=True)
    server.stop(signal.SIGINT)
    assert all(state in ENDED for state in states(server.runs, [first, second, third]))
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
