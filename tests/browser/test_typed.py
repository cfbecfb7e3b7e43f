"""A click takes along what was typed just before it: real keys, clicks held as people hold them.

Each way to click is tried MLCORE_TRIES times, a few times by default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mlcore import checkpoint
from mlcore.config import RunConfig
from mlcore.runs import History, RunFolder, RunStore
from mlcore.runs.record.folder import START_FILE
from tests.browser.driving import LONG, badge, button, click_train, wait_for_other_run
from tests.browser.server import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1_800)]

SHORT = "data.name=digits&data.batch_size=256&train.epochs=1&train.device=cpu"
LONGER = LONG.replace("batch_size=16", "batch_size=2")  # outlives fifty tries
SECONDS = 60
TRIES = int(os.environ.get("MLCORE_TRIES", 3))


def holds(count: int) -> Iterator[int]:
    """How long each of so many clicks is held: 30 to 120 ms, in a mixed order."""
    return (30 + 37 * number % 91 for number in range(count))


def field(page: Page, key: str) -> Locator:
    return page.locator(f"[class*='st-key-{key}'] input:visible").last


def type_into(page: Page, key: str, text: str) -> None:
    """Type over what a field holds, and leave the cursor in it."""
    field(page, key).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, key: str, hold: int) -> None:
    """Move the mouse to a button, press it, and let it go after so many milliseconds."""
    box = button(page, key).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, delay=hold)


def newest(server: Any, before: int) -> RunConfig:
    """The settings of a run that was just made, as the one after so many others."""
    store = RunStore(server.runs)
    wait_for(lambda: len(store.list()) > before, SECONDS, "a run is made")
    assert len(store.list()) == before + 1
    return store.get(store.list()[0].id).config


def rate(number: int) -> str:
    return f"{(number * 7919) % 997 / 10_000 + 0.0001:.4f}".rstrip("0")


def test_what_was_typed_trains_when_train_is_clicked_and_stays(
    app: Callable[..., Any], page: Page, settled: Callable[[Page], None]
) -> None:
    server = app()
    page.goto(f"{server.url}/?{SHORT}")
    settled(page)
    page.locator(".st-key-group-model summary").click()
    layers, run = "128,64", ""
    for number, hold in enumerate(holds(TRIES)):
        lr = rate(number)
        if number % 3 == 2:
            layers = f"{8 + number},{4 + number}"
            type_into(page, "model-hidden", layers)
        type_into(page, "optim-lr", lr)
        press(page, "train", hold)
        run = wait_for_other_run(page, run)
        trained = RunStore(server.runs).get(run).config
        assert (trained.optim.lr, ",".join(map(str, trained.model.hidden))) == (float(lr), layers)
        badge(page, "Finished")
        settled(page)
        expect(field(page, "optim-lr")).to_have_value(lr)
        expect(page).to_have_url(re.compile(rf"optim\.lr={re.escape(lr)}(&|$)"))
    assert len(RunStore(server.runs).list()) == TRIES


def test_what_was_typed_goes_to_the_queue_and_to_the_run_that_trains(
    app: Callable[..., Any], page: Page
) -> None:
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    first = click_train(page)
    badge(page, "Training")
    history = History(RunFolder(server.runs / first))
    type_into(page, "optim-lr", "0.5")
    page.keyboard.press("Enter")
    expect(button(page, "apply")).to_be_visible()
    for number, hold in enumerate(holds(TRIES)):
        type_into(page, "optim-lr", rate(number))
        press(page, "apply", hold)

        def edited(number: int = number) -> bool:
            history.refresh()
            return len(history.edits) > number

        wait_for(edited, SECONDS, "the edit is made")
        assert history.edits[-1].changes == {"optim.lr": float(rate(number))}
        expect(field(page, "optim-lr")).to_have_value(rate(number))
        if number < TRIES - 1:
            type_into(page, "optim-lr", "0.5")
            page.keyboard.press("Enter")
            expect(button(page, "apply")).to_be_visible()
    expect(page.get_by_text("are missing in")).to_have_count(0)  # an edit takes no loss with it
    for number, hold in enumerate(holds(min(TRIES, 50)), start=1):
        type_into(page, "train-epochs", str(100 + number))
        press(page, "train", hold)
        assert newest(server, number).train.epochs == 100 + number
        expect(field(page, "train-epochs")).to_have_value(str(100 + number))


def test_a_name_is_written_when_the_next_click_is_elsewhere(
    app: Callable[..., Any], page: Page
) -> None:
    server = app()
    page.goto(f"{server.url}/?{LONG}")
    run = click_train(page)
    badge(page, "Training")
    store = RunStore(server.runs)
    for number, hold in enumerate(holds(TRIES)):
        if field(page, f"name-{run}").count() == 0:
            press(page, "run-menu", hold)
        type_into(page, f"name-{run}", f"try {number}")
        field(page, "optim-lr").click(delay=hold)
        wait_for(
            lambda number=number: store.list()[0].name == f"try {number}", SECONDS, "it is named"
        )
        page.keyboard.press("Escape")


def test_what_was_typed_is_in_the_run_that_is_branched_off(
    app: Callable[..., Any], page: Page, settled: Callable[[Page], None]
) -> None:
    """The epochs are typed in the form, the rate in the sidebar, while the parent trains."""
    server = app()
    page.goto(f"{server.url}/?{LONGER}")
    parent = click_train(page)
    badge(page, "Training")
    folder = RunFolder(server.runs / parent)
    wait_for(lambda: folder.last_checkpoint() is not None, SECONDS, "a checkpoint is written")
    for number, hold in enumerate(holds(TRIES), start=1):
        type_into(page, "optim-lr", rate(number))
        press(page, f"branch-{parent}", hold)
        expect(button(page, "branch-start")).to_be_visible()
        epochs = 1_000 + number
        type_into(page, f"branch-epochs-{parent}", str(epochs))
        press(page, "branch-start", hold)
        made = newest(server, number)
        start = RunStore(server.runs).list()[0].path / "checkpoints" / START_FILE
        done = checkpoint.inspect(start)["epoch"]  # of the parent
        assert (made.optim.lr, made.train.epochs) == (float(rate(number)), done + epochs)
        page.goto(f"{server.url}/?{LONGER}&run={parent}")
        badge(page, "Training")
        settled(page)


def test_a_refused_value_says_so_and_a_click_after_its_mending_trains(
    app: Callable[..., Any], page: Page, settled: Callable[[Page], None]
) -> None:
    server = app()
    page.goto(f"{server.url}/?{SHORT}")
    settled(page)
    sidebar = page.get_by_test_id("stSidebar")
    for text in ("-1", "0", "1000"):
        type_into(page, "optim-lr", text)
        press(page, "train", 60)
        expect(sidebar).to_contain_text(
            f"Learning rate must be a number above 0 and at most 100, but got {text}."
        )
        expect(field(page, "optim-lr")).to_have_value(text)
    assert RunStore(server.runs).list() == []
    type_into(page, "optim-lr", "0,05")
    press(page, "train", 60)
    assert newest(server, 0).optim.lr == 0.05
