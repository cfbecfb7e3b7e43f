"""The learning-rate finder on the Train page, without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server
from dashboard.server.rate_tests import RateTests, rate_tests, same_test
from mlcore.config import RunConfig
from mlcore.errors import JobError
from tests.dashboard.test_charts_are_told import charts, folds
from tests.dashboard.test_everything_is_explained import unexplained
from tests.dashboard.train_page import sentences

SMALL = {"data.name": "digits", "data.batch_size": "32", "model.hidden": "16"}
WIDE = RunConfig.from_flat({"data.name": "digits", "model.hidden": [2048], "train.device": "cpu"})


@pytest.fixture(autouse=True)
def _a_server_of_its_own(page_folder: object) -> Iterator[None]:
    rate_tests.clear()
    yield
    rate_tests.clear()


def opened(app: AppTest, **settings: str) -> AppTest:
    for name, value in (SMALL | settings).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def to_the_end(page: AppTest) -> str:
    until = time.monotonic() + 60
    while "rate-stop" in keys(page):
        assert time.monotonic() < until
        time.sleep(0.05)
        page.run()
    assert not page.exception
    return sentences(page)


def found(page: AppTest) -> str:
    page.button(key="find-rate").click().run()
    return to_the_end(page)


def test_a_rate_is_found_used_and_trained_with(app: AppTest) -> None:
    page = opened(app)
    assert "Learning-rate finder" not in sentences(page)
    words = found(page)
    assert "Suggested learning rate: " in words
    assert "The smoothed loss fell from" in words.replace("\\", "")
    assert "rate-chart" in charts(page)
    assert "rate-chart" in folds(page)
    assert unexplained(page) == []
    page.button(key="rate-use").click().run()
    rate = page.session_state["settings"]["optim.lr"]
    assert rate != 0.003
    assert "✓ Set in the sidebar" in sentences(page)
    assert "have changed since" not in sentences(page)  # the rate makes no other test
    page.button(key="train").click().run()
    (run,) = server.store().list()
    assert server.store().get(run.id).config.optim.lr == rate
    page.button(key="rate-close").click().run()
    assert "Learning-rate finder" not in sentences(page)


def test_other_settings_are_said_to_be_others_and_tested_again(app: AppTest) -> None:
    page = opened(app)
    first = found(page)
    assert "have changed since" not in first
    page.session_state["settings"]["optim.name"] = "adam"
    page.run()
    assert "have changed since" in sentences(page)
    assert "rate-use" not in keys(page)  # a rate of SGD is none of Adam
    page.button(key="rate-again").click().run()
    assert "have changed since" not in to_the_end(page)
    assert "rate-use" in keys(page) or "✓ Set in the sidebar" in sentences(page)


def test_what_the_test_does_not_use_is_named(app: AppTest) -> None:
    page = opened(app, **{"optim.schedule": "cosine"})
    assert "The test does not use: Schedule" in found(page)


def test_a_test_is_stopped(app: AppTest) -> None:
    page = opened(app, **{"model.hidden": "2048,2048", "data.batch_size": "512"})
    page.button(key="find-rate").click().run()
    page.button(key="rate-stop").click().run()
    assert "was stopped before its end" in to_the_end(page)
    assert "rate-use" not in keys(page)


def test_why_there_is_none_is_said(app: AppTest) -> None:
    page = opened(app)
    page.session_state["settings"]["train.device"] = "cuda:77"
    page.button(key="find-rate").click().run()
    words = to_the_end(page)
    assert "but this machine has only" in words
    assert "rate-again" in keys(page)
    assert "rate-chart" not in charts(page)


def test_a_refused_setting_is_said_and_starts_nothing(app: AppTest) -> None:
    page = opened(app)
    page.session_state["settings"]["train.epochs"] = "many"
    page.button(key="find-rate").click().run()
    assert "rate-stop" not in keys(page)
    assert any("sidebar cannot be used" in error.value for error in page.error)


def test_all_sessions_share_a_test_and_too_many_are_refused() -> None:
    tests = RateTests()
    many = [WIDE.with_values({"train.seed": seed}) for seed in range(5)]
    try:
        for config in many[:4]:
            tests.start(config)
        tests.start(many[0].with_values({"optim.lr": 0.5}))  # the same one
        with pytest.raises(JobError, match="4 other learning rates are being found"):
            tests.start(many[4])
    finally:
        for config in many[:4]:
            tests.stop(config)
    until = time.monotonic() + 60
    while not all((known := tests.look(one)) and known.ended for one in many[:4]):
        assert time.monotonic() < until
        time.sleep(0.02)
    tests.start(many[4])  # there is room again
    tests.stop(many[4])
    assert tests.look(WIDE.with_values({"train.seed": 9})) is None


def test_only_what_a_test_uses_makes_another_one() -> None:
    same = {"optim.lr": 0.5, "train.epochs": 9, "optim.schedule": "cosine", "train.threads": 2}
    assert same_test(WIDE, WIDE.with_values(same))
    for name, value in {"optim.name": "adam", "train.seed": 1, "data.batch_size": 8}.items():
        assert not same_test(WIDE, WIDE.with_values({name: value}))
