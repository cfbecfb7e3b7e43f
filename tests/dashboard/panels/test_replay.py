"""A run is replayed on its own page, and the page says whether it is the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server
from dashboard.server.replays import replays
from mlcore.config import RunConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore, ask_resume
from tests.dashboard.train_page import STARTED, STEPS, sentences

CONFIG = RunConfig.from_flat(
    {
        "data.name": "digits",
        "model.hidden": [16],
        "train.epochs": 2,
        "train.device": "cpu",
        "train.threads": 1,
    }
)


@pytest.fixture(autouse=True)
def _no_replay_yet() -> Iterator[None]:
    replays.clear()
    yield
    replays.clear()


@pytest.fixture
def trained(page_folder: object) -> RunFolder:
    folder = RunStore(server.runs_root()).create(CONFIG)
    execute(folder)
    server.store.clear()
    return folder


def opened(app: AppTest, run: RunFolder) -> AppTest:
    app.query_params["run"] = run.id
    app.run()
    app.switch_page("app_pages/run.py").run()
    assert not app.exception
    return app


def replayed_to_the_end(page: AppTest, run: RunFolder) -> str:
    page.button(key=f"run-replay-{run.id}").click().run()
    return at_the_end(page, run)


def at_the_end(page: AppTest, run: RunFolder) -> str:
    until = time.monotonic() + 60
    while page.button(key=f"run-replay-{run.id}").disabled:
        assert time.monotonic() < until
        time.sleep(0.05)
        page.run()
    assert not page.exception
    return sentences(page)


def test_a_run_that_is_the_same_is_said_to_be(app: AppTest, trained: RunFolder) -> None:
    page = opened(app, trained)
    words = replayed_to_the_end(page, trained)
    assert "is the same to the last bit: 46 steps and the weights in" in words
    assert "0 edits · " in words
    page.button(key=f"close-replay-{trained.id}").click().run()
    assert "is the same to the last bit" not in sentences(page)


def test_the_first_step_that_differs_is_named(app: AppTest, trained: RunFolder) -> None:
    text = trained.events_path.read_text()
    first = text.index('"losses": [') + len('"losses": [')
    loss = text[first:].partition(",")[0]
    trained.events_path.write_text(text.replace(loss, "9.5", 1))
    words = replayed_to_the_end(opened(app, trained), trained)
    assert f"Run {trained.id} differs first at step 1: recorded 9.5, replayed {loss[:6]}" in (
        words.replace("\\", "")
    )


def test_what_was_found_is_said_of_the_run_as_it_was(app: AppTest, trained: RunFolder) -> None:
    page = opened(app, trained)
    assert "is the same to the last bit: 46 steps" in replayed_to_the_end(page, trained)
    ask_resume(trained, {"train.epochs": 3})
    execute(trained)
    page.run()
    assert "is the same to the last bit" not in sentences(page)
    assert "is the same to the last bit: 69 steps" in replayed_to_the_end(page, trained)


def test_a_replay_is_stopped_and_the_run_is_as_it_was(app: AppTest, page_folder: object) -> None:
    long = RunConfig.from_flat(CONFIG.flat() | {"train.epochs": 400})
    folder = RunStore(server.runs_root()).create(long)
    execute(folder)
    before = folder.events_path.read_bytes()
    server.store.clear()
    page = opened(app, folder)
    page.button(key=f"run-replay-{folder.id}").click().run()
    page.button(key=f"stop-replay-{folder.id}").click().run()
    assert "The replay was stopped at step" in at_the_end(page, folder)
    assert folder.events_path.read_bytes() == before


def test_a_run_that_trains_has_no_replay(
    app: AppTest, runs: RunStore, made: Callable[..., RunFolder]
) -> None:
    run = made(STARTED, STEPS, alive=True)
    page = opened(app, run)
    assert f"run-replay-{run.id}" not in {button.key for button in page.main.button}
