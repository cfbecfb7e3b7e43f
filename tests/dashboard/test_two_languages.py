"""Every page in Chinese has no English sentence, and readers of two languages do not mix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels.test_parts import registry
from dashboard.session import languages
from dashboard.words import translation
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.errors import RunError, to_json
from mlcore.events import Failed, Paused
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.dashboard.shown_texts import shown_texts
from tests.dashboard.train_page import APP, EPOCH, STARTED, STEPS, unfold_settings

PAGES = sorted(path.stem for path in (APP.parent / "app_pages").glob("[a-z]*.py"))
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=1, device="cpu", threads=1),
)
CODE = re.compile(r"`[^`]*`|:material/\w+:|[\w.\\-]*/[\w./\\-]+|%\{[^}]*\}|\w+=\S+")
SENTENCE = re.compile(r"[A-Za-z][a-z']*(?:,? [a-z][a-z']*){2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
NAMES = ("lr < 0.01 and optimizer = adam and tag = homework",)
"""What a person may type, which is the same in every language."""


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG, name="7")
    execute(folder)
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page in a language, on the bundled digits."""

    def open_page(page: str, language: str, **address: str) -> AppTest:
        # AppTest names the options of its widgets outside of the session
        monkeypatch.setattr(languages, "SOURCE", translation.offered([language]))
        app = unfold_settings(AppTest.from_file(str(APP), default_timeout=20))
        address = {"data.name": "digits", "lang": language, **address}
        for name, value in address.items():
            app.query_params[name.replace("__", ".")] = value
        app.run()
        if page != "train":
            app.switch_page(f"app_pages/{page}.py").run()
        assert not app.exception
        return app

    return open_page


def english(app: AppTest) -> list[str]:
    """Sentences left in English: three or more words in a row, outside of code."""
    return sorted(set(_found(app, SENTENCE)))


def _found(app: AppTest, what: re.Pattern[str]) -> Iterator[str]:
    for _, text in shown_texts(app):
        for name in NAMES:
            text = text.replace(name, "")
        yield from what.findall(CODE.sub(" ", text))


@pytest.mark.parametrize("page", PAGES)
def test_without_runs(page: str, opened: Callable[..., AppTest], runs: RunStore) -> None:
    app = opened(page, "zh")
    assert not english(app)
    assert len(list(_found(app, CHINESE))) > 20


@pytest.mark.parametrize("page", PAGES)
def test_with_a_finished_run(page: str, opened: Callable[..., AppTest], trained: RunFolder) -> None:
    assert not english(opened(page, "zh"))


@pytest.mark.parametrize("part", registry.PARTS)
def test_each_part_of_a_test(part: str, opened: Callable[..., AppTest], trained: RunFolder) -> None:
    assert not english(opened("test", "zh", part=part))


def test_a_failure_is_said_in_chinese(
    opened: Callable[..., AppTest], made: Callable[..., RunFolder]
) -> None:
    error = RunError("Run {run} keeps no checkpoint of the end of an epoch.", run="7")
    reason = {"message": str(error), "error": to_json(error)}
    run = made(STARTED, STEPS, EPOCH, Failed(step=39, epoch=1, **reason)).id
    app = opened("train", "zh", run=run)
    assert "没有保存任何一轮结束时的检查点" in str(list(shown_texts(app)))
    assert not english(app)


def test_settings_that_are_refused_say_so_in_chinese(
    opened: Callable[..., AppTest], runs: RunStore
) -> None:
    app = opened("train", "zh", **{"optim.lr": "-1", "train.epochs": "0", "run": "20200101-0"})
    app.text_input(key="model.hidden").set_value("32 ?").run()
    assert not english(app)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["train", "runs", "test", "data"])
def test_sessions_in_two_languages_do_not_mix(
    page: str, opened: Callable[..., AppTest], trained: RunFolder
) -> None:
    known = {translation.name_of("zh-CN")}  # the choice itself
    for number in range(8):
        language = ("zh", "en")[number % 2]
        app = opened(page, language)
        chinese = set(_found(app, CHINESE)) - known
        assert bool(chinese) == (language == "zh"), chinese
        assert bool(english(app)) == (language == "en")


def test_a_change_of_language_keeps_everything(
    opened: Callable[..., AppTest], made: Callable[..., RunFolder]
) -> None:
    run = made(STARTED, STEPS, EPOCH, Paused(step=39, epoch=1), alive=True).id
    app = opened("train", "zh", run=run)
    app.text_input(key="train.epochs").set_value("9").run()
    app.text_input(key="model.hidden").set_value("32, 16").run()
    app.segmented_control(key="language-buttons").set_value("en").run()
    assert app.session_state["language"] == "en"
    assert not set(_found(app, CHINESE)) - {translation.name_of("zh-CN")}
    assert app.text_input(key="train.epochs").value == "9"
    assert app.text_input(key="model.hidden").value == "32, 16"
    address = {name: value[-1] for name, value in app.query_params.items()}
    assert address["lang"] == "en" or app.query_params["lang"] == "en"
    assert run in app.query_params["run"]
