"""Sweeps of many machines on the page: real workers and a real PostgreSQL, without a browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from mlcore.runs import RunStore
from mlcore.sweeps.shared.address import Address, read_address
from mlcore.sweeps.shared.background import worker_place
from mlcore.sweeps.shared.looking import look_at, opened
from mlcore.sweeps.shared.opening import connected, create_shared
from mlcore.sweeps.shared.study import SharedStudy
from mlcore.sweeps.starting import new_sweep
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.train_page import CONFIG, keys, sentences
from tests.postgres import PASSWORD, WRITTEN

if TYPE_CHECKING:
    from tests.postgres import Postgres

pytestmark = pytest.mark.slow

SPACE = ["optim.lr=0.001..0.1:log"]


@pytest.fixture
def address(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Address:
    """Of an empty database, which the page is told of."""
    written = postgres.database()
    monkeypatch.setenv("MLCORE_SWEEP_STORAGE", written)
    return read_address(written)


def begin(address: Address, runs: RunStore, trials: int = 6, threads: int = 0) -> None:
    settings = CONFIG.with_values({"train.threads": threads}).flat()
    sweep = new_sweep(runs.root, "hunt", SPACE, settings, trials=trials, jobs=1)
    with connected(address, make_tables=True) as storage:
        create_shared(storage, sweep, 60)


def shown(app: AppTest, key: str = "database:hunt") -> AppTest:
    app.query_params["sweep"] = key
    app.run()
    page = app.switch_page("app_pages/sweeps.py").run()
    assert not page.exception
    said = sentences(page) + "".join(one.value for one in (*page.warning, *page.error))
    assert PASSWORD not in said
    assert WRITTEN not in said
    return page


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_trials_of_other_machines_are_shown_with_their_place(app, runs, address) -> None:
    begin(address, runs, threads=3)
    with connected(address, "ann") as storage:
        ann = SharedStudy(storage, address, "hunt")
        for number, value in enumerate((0.5, 0.75)):
            assert ann.begin() is not None
            ann.note_place(number, f"20260101-000000-000{number}", "/runs/ann", "room3")
            ann.tell(number, "complete", value)
        assert ann.begin() is not None
        page = shown(app)
    said = sentences(page).replace("\\", "")
    (title,) = (one.value.replace("\\", "") for one in page.header if one.value != "All trials")
    assert title == "hunt (many machines)"
    assert "2 trials on room3; 1 trial nowhere yet" in said
    assert "**Best: 75.00 %** validation accuracy, trial 1" in said
    best = page.button(key="best-run")
    assert best.disabled
    assert best.help == "Its run lies on room3, in /runs/ann."
    assert "sweep-runs" not in keys(page)
    assert {"continue-sweep", "stop-sweep", "use-best"} <= keys(page)
    page.button(key="use-best").click().run()
    assert page.session_state["settings"]["data.batch_size"] == 32
    assert page.session_state["settings"]["train.threads"] == 0  # the other machine had three
    page.button(key="stop-sweep").click().run()
    with opened(address, "hunt") as study:
        assert study.situation().stop


def test_more_trials_are_asked_for_and_a_stop_stays_one(app, runs, address) -> None:
    begin(address, runs)
    with opened(address, "hunt") as study:
        study.ask_stop(True)
    page = shown(app)
    next(
        one for one in page.text_input if one.key and one.key.strip() == "sweep-hunt-trials"
    ).set_value("9").run()
    page.button(key="change-sweep").click().run()
    with opened(address, "hunt") as study:
        assert study.situation().sweep.trials == 9
        assert study.situation().stop


def test_this_machine_works_on_it_and_leaves(app, runs, address) -> None:
    begin(address, runs, trials=1_000)
    page = shown(app)
    page.button(key="continue-sweep").click().run()
    assert not page.error
    until(lambda: look_at(address, "hunt").count("complete"), "a trial is trained here")
    until(lambda: {"leave-sweep"} <= keys(page.run()), "it can be left")
    assert "trials here" in sentences(page) or "trial here" in sentences(page)
    place = worker_place(runs.root, "hunt")
    page.button(key="leave-sweep").click().run()
    until(lambda: place.controller is None, "the worker ends")
    assert place.error is None
    found = look_at(address, "hunt")
    assert found.state == "stopped"
    assert {one.state for one in found.trials} <= {"complete", "interrupted"}
    until(lambda: page.run().button(key="best-run").disabled is False, "its runs are here")


def test_a_link_to_what_can_be_no_sweep_is_none(app, runs, monkeypatch) -> None:
    monkeypatch.setenv("MLCORE_SWEEP_STORAGE", f"postgresql://ann:{WRITTEN}@127.0.0.1:9/nowhere")
    page = shown(app, "database:![x](http://elsewhere/x.png)")
    assert "elsewhere" not in "".join(one.value for one in (*page.header, *page.markdown))
    assert "start-sweep" in keys(page)


@pytest.mark.parametrize("named", ["database:hunt", "beside"])
def test_a_database_that_is_away_is_a_sentence_and_the_others_are_shown(
    app, runs, monkeypatch, named
) -> None:
    monkeypatch.setenv("MLCORE_SWEEP_STORAGE", f"postgresql://ann:{WRITTEN}@127.0.0.1:9/nowhere")
    made_sweep(runs, "beside")
    page = shown(app, named)
    (said,) = (*page.warning, *page.error)
    assert "cannot be reached" in said.value
    assert ("Best" in sentences(page)) == (named == "beside")
    assert named in str(page.query_params["sweep"])  # it is only away


def test_a_database_without_sweeps_is_none(app, runs, address) -> None:
    page = shown(app)
    assert not page.warning
    assert "start-sweep" in keys(page)


def test_a_worker_that_cannot_work_says_why_in_a_sentence(
    app, runs, address, tmp_path: Path
) -> None:
    sweep = new_sweep(
        runs.root,
        "hunt",
        SPACE,
        CONFIG.with_values({"data.name": "mnist", "data.root": str(tmp_path)}).flat(),
    )
    with connected(address, make_tables=True) as storage:
        create_shared(storage, sweep, 60)
    page = shown(app)
    page.button(key="continue-sweep").click().run()
    (said,) = page.error
    assert "is not on this machine" in said.value
    assert worker_place(runs.root, "hunt").controller is None
