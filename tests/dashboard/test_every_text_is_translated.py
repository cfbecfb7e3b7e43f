"""Every text on a page comes from a catalogue: in a made-up language, no English is left."""

from __future__ import annotations

import dataclasses
import gettext
import importlib.util
import io
import math
import re
import string
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from dashboard import server, session
from dashboard.panels.test_parts import registry
from dashboard.server import data_sets
from dashboard.words import translation
from dashboard.words.wording import as_markdown
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig, data_root
from mlcore.data import CATALOG
from mlcore.data.drawings import drawings_folder
from mlcore.errors import RunError, to_json
from mlcore.events import (
    EditRefused,
    Event,
    Failed,
    Finished,
    Paused,
    SettingsEdited,
    Stopped,
)
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.active.queue import RunQueue
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.shown_texts import shown_texts
from tests.dashboard.train_page import EPOCH, STARTED, STEPS, unfold_settings

PAGES = (
    *("train", "runs", "run", "sweeps", "test", "draw", "checkpoints", "data", "learn", "lessons"),
)
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)
ERROR = RunError("{file} cannot be written.", file="7.pt")
REASON = {"message": str(ERROR), "error": to_json(ERROR)}
FINISHED = Finished(step=39, epoch=1, test_loss=0.5, test_accuracy=0.9, seconds=1.0, early=True)

UNTRANSLATED = re.compile(
    r"""
    \b[0-9a-f]{40}\b                               # a revision
    | \d{8}\\?-\d{6}\\?-\w{4} | \(\w{4}\) | \[[0-9a-f]{4}\b  # ids of runs, and their ends
    | :material/\w+: | :[a-z-]+(?=\[) | %\{[^}]*\}  # icons, colours, numbers of a chart
    | `[^`]*` | [\w./-]+\\?\.(pt|gz|upload|log|jsonl)\b       # names as code, files
    | \b\d[\d.,]*e-?\d+\b                           # 1e-05
    | \b(u?int8|float(16|32|64))+\b | \b(fc|bn)\d(\.\w+)?\b  # types, layers of a state dict
    | \b(linear|batch\ norm|dropout|log\ softmax|relu|leaky_relu|gelu|silu|tanh|sigmoid|sgd|adam)\b
    | \b(MLflow|TensorBoard)\b                      # trackers
    | \b(cpu|cuda)\b                                # devices and parts, as torch calls them
    | \bDigits\ \\\(bundled\\\)                       # the title of a data set, in a sentence
    | \b(python|torch|mlcore)\ \d[\w\\.+]*
    | \bmlcore\ replay\b | \brun\?run=              # a command, an address
    | \b(CSV|JSON|Parquet)\b
    | \b[\d.]+\.\.[\d.]+(:log)? | \bsweep-\d+\b      # a space, the name of a sweep
    | \bwritten_out\b                             # a kind of step
    """,
    re.VERBOSE,
)
"""What may be left: names that are the same in every language."""


class MadeUp(gettext.NullTranslations):
    """Brackets around the letters of each message, and none around the values in it."""

    def gettext(self, message: str) -> str:
        try:
            parts = list(string.Formatter().parse(message))
        except ValueError:
            return f"⟦{message}⟧"
        return "".join(map(self._part, *zip(*parts, strict=True))) if parts else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def _part(self, text: str, name: str | None, spec: str | None, conversion: str | None) -> str:
        text = text.replace("{", "{{").replace("}", "}}") if name is not None else text
        marked = f"⟦{text}⟧" if any(map(str.isalpha, text)) else text
        if name is None:
            return marked
        conversion = f"!{conversion}" if conversion else ""
        return f"{marked}{{{name}{conversion}{f':{spec}' if spec else ''}}}"


@pytest.fixture(autouse=True)
def made_up_language(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = MadeUp()
    monkeypatch.setattr(translation, "catalogue", lambda language: catalogue)
    # The switch does not offer it, and goes back to English; what is kept has the language as key.
    monkeypatch.setattr(session, "language", lambda: "made-up")


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary folder in which uploads lie."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG, name="1 2")
    execute(folder)
    return folder


def opened(app: AppTest, page: str = "train", **address: str) -> AppTest:
    unfold_settings(app).session_state["language"] = "made-up"
    for name, value in address.items():
        app.query_params[name.replace("__", ".")] = value
    app.run()
    return app if page == "train" else app.switch_page(f"app_pages/{page}.py").run()


def english(app: AppTest, *but_for: str) -> list[tuple[str, str]]:
    """What is left of the page's texts without the made-up language; `but_for`: whole texts."""
    assert not app.exception
    left = set()
    for where, text in shown_texts(app):
        rest = re.sub(r"(?<=\d)⟦[^⟦⟧]*⟧(?=(fc|bn)\d)", " ", text)  # a layer after a number
        rest = re.sub(r"(?<=(?:fc|bn)\d)(⟦[^⟦⟧]*⟧)+(?=\d)", " ", rest)  # a number after a layer
        rest = re.sub(r"⟦[^⟦⟧]*⟧", "", rest)
        for known in but_for:
            rest = rest.replace(known, "")
        if any(map(str.isalpha, UNTRANSLATED.sub("", rest))):
            left.add((where, rest))
    return sorted(left)


@pytest.mark.parametrize("page", PAGES)
def test_without_runs(page: str, app: AppTest, runs: RunStore) -> None:
    assert not english(opened(app, page))


@pytest.mark.parametrize("part", registry.PARTS)
def test_each_part_of_a_test(part: str, app: AppTest, trained: RunFolder) -> None:
    page = opened(app, "test", part=part)
    assert not page.error
    assert not english(page)


def test_with_a_sweep(app: AppTest, runs: RunStore) -> None:
    made_sweep(runs, "1", trials=9)
    shown = opened(app, "sweeps")
    assert not shown.error
    assert not english(shown)


@pytest.mark.parametrize("page", PAGES)
def test_with_a_finished_run(page: str, app: AppTest, trained: RunFolder) -> None:
    folder = as_markdown(str(drawings_folder(data_root(trained.config.data))))
    assert not english(opened(app, page), folder, str(trained.path.parent))


def test_while_a_run_trains(app: AppTest, made: Callable[..., RunFolder], runs: RunStore) -> None:
    other = made(STARTED, STEPS, EPOCH, FINISHED, saved=39)
    changes, before = {"optim.lr": 0.02}, {"optim.lr": 0.003}
    edited = SettingsEdited(step=39, epoch=1, changes=changes, before=before)
    refused = EditRefused(step=39, epoch=1, changes={"data.batch_size": 999}, **REASON)
    shown = made(STARTED, STEPS, EPOCH, edited, refused, alive=True, parent=other.id)
    address = {"run": shown.id, "data__batch_size": "999", "data__validation": "200"}
    page = opened(app, optim__name="adam", **address)
    assert not english(page)
    page.button(key=f"doubt-delete-{shown.id}").click().run()
    assert not english(page)


def test_while_runs_wait_for_a_paused_one(
    app: AppTest, made: Callable[..., RunFolder], runs: RunStore
) -> None:
    paused = made(STARTED, STEPS, EPOCH, Paused(step=39, epoch=1), alive=True)
    waiting = [runs.create(CONFIG, name="8").id for _ in range(3)]
    with RunQueue(runs.root).change() as queue_file:
        queue_file.waiting = waiting[:]
    assert not english(opened(app, run=paused.id))
    app.query_params["run"] = waiting[1]
    del app.session_state["run"]
    assert not english(app.run())


@pytest.mark.parametrize(
    "end",
    [
        FINISHED,
        Stopped(step=39, epoch=1),
        Stopped(step=39, epoch=1, reason="shutdown"),
        Stopped(step=0, epoch=0, reason="cancelled"),
        Stopped(step=39, epoch=1, reason="packed"),
        Failed(step=39, epoch=1, **REASON),
        None,
    ],
    ids=["finished", "stopped", "shutdown", "cancelled", "packed", "failed", "lost"],
)
def test_after_the_end(end: Event | None, app: AppTest, made: Callable[..., RunFolder]) -> None:
    folder = made(STARTED, STEPS, EPOCH, *([end] if end else []), saved=39)
    with folder.events_path.open("ab") as file:
        file.write(b"\0\0\0\n")
    page = opened(app)
    assert not english(page)
    page.button(key=f"delete-run-{folder.id}").click().run()
    assert not english(page)


def test_what_an_address_has_wrong(app: AppTest, made: Callable[..., RunFolder]) -> None:
    made(STARTED, STEPS, Stopped(step=39, epoch=1))
    gone = "20200101-000000-abcd"
    address = {"run": gone, "with": f"{gone},{gone}", "optim.lr": "-1", "train.epochs": "0"}
    assert not english(opened(app, **address), as_markdown(str(server.runs_root())))


def test_settings_that_are_refused(app: AppTest, runs: RunStore) -> None:
    page = opened(app)
    page.text_input(key="model.hidden").set_value("32 ?").run()
    assert not english(page)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("mnist", "fetching"),
        ("mnist", "failed"),
        ("kmnist", "missing"),
        ("kmnist", "damaged"),
        ("kmnist", "failed"),
    ],
)
def test_without_the_data_set(
    name: str, state: str, app: AppTest, runs: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = data_sets.source

    def source(wanted: str, root: Path) -> data_sets.Source:
        found = real(wanted, root)
        if wanted != name:
            return found
        return dataclasses.replace(found, state=state, message="7.", done=1, total=2)

    monkeypatch.setattr(data_sets, "source", source)
    monkeypatch.setattr(data_sets, "start", lambda *_: None)
    assert not english(opened(app, "data", **{"data.name": name}))


@pytest.mark.parametrize("page", ["data", "train"])
def test_a_damaged_data_set(
    page: str, app: AppTest, runs: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = CATALOG["kmnist"]
    folder = tmp_path / "data" / family.folder
    folder.mkdir(parents=True)
    assert family.train
    assert family.test
    for name in (*family.train.names, *family.test.names):
        (folder / name).write_bytes(b"7")
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "data"))
    shown = opened(app, page, data__name="kmnist")
    assert "is only ⟧1⟦ bytes long" in str(list(shown_texts(shown)))
    names = "      ".join(("", *family.classes, ""))[:-3]  # below the images of the start page
    assert not english(shown, str(folder / family.train.names[0]), names)


def test_a_format_that_cannot_be_written(
    app: AppTest, trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "onnxruntime" else find(name, *more),
    )
    shown = opened(app, "checkpoints")
    assert "onnxruntime" in str(list(shown_texts(shown)))
    assert not english(shown, "ONNX", "onnxruntime")


def state_dict() -> bytes:
    stream = io.BytesIO()
    model = nn.Sequential(nn.Linear(784, 12), nn.Tanh(), nn.Linear(12, 10)).half()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    torch.save(
        {
            "epoch": 3,
            "loss": math.nan,
            "args": [1],
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
        },
        stream,
    )
    return stream.getvalue()


def of_other_images(file: Path) -> bytes:
    """A checkpoint as if the files of its data set had changed since."""
    stream = io.BytesIO()
    content = torch.load(file, weights_only=False)
    content["data"]["fingerprint"] = "another"
    torch.save(content, stream)
    return stream.getvalue()


def test_with_an_upload(app: AppTest, trained: RunFolder) -> None:
    page = opened(app, "checkpoints")
    last = trained.checkpoints()[-1]
    for content in (b"1 2 3", state_dict(), last.read_bytes(), of_other_images(last)):
        page.file_uploader[0].set_value(("7.pt", content, "application/octet-stream")).run()
        assert not english(page)
        if content != b"1 2 3":
            page.button(key="test-upload").click().run()
            assert not english(page)
            page.switch_page("app_pages/checkpoints.py").run()


def test_with_an_upload_whose_activation_is_not_here(app: AppTest, runs: RunStore) -> None:
    stream = io.BytesIO()
    torch.save(nn.Sequential(nn.Linear(784, 12), nn.ELU(), nn.Linear(12, 10)), stream)
    page = opened(app, "checkpoints")
    page.file_uploader[0].set_value(("7.pt", stream.getvalue(), "application/octet-stream")).run()
    assert "⟦` has the activation ⟧ELU" in str(list(shown_texts(page)))
    known = r"relu, leaky\_relu, gelu, silu, tanh, sigmoid"
    names = ("torch.nn.modules.container.Sequential", "Sequential", "ELU", known)
    assert not english(page, *names)


def test_titles_of_the_pages_and_of_the_tab(
    app: AppTest, runs: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    sections: list[str] = []
    page, configure, navigation = st.Page, st.set_page_config, st.navigation

    def noted_page(*args: object, title: str, **more: object) -> object:
        titles.append(title)
        return page(*args, title=title, **more)  # type: ignore[arg-type]

    def noted_config(**settings: object) -> None:
        titles.extend([str(settings["page_title"]), *settings["menu_items"].values()])  # type: ignore[attr-defined]
        configure(**settings)  # type: ignore[arg-type]

    def noted_navigation(pages: dict[str, list[object]]) -> object:
        sections.extend(pages)
        return navigation(pages)  # type: ignore[arg-type]

    monkeypatch.setattr(st, "Page", noted_page)
    monkeypatch.setattr(st, "navigation", noted_navigation)
    monkeypatch.setattr(st, "set_page_config", noted_config)
    opened(app)
    assert len(titles) == len(PAGES) + 2
    assert len(sections) >= 3
    assert all(re.fullmatch(r"⟦[^⟦⟧]+⟧", title) for title in [*titles, *sections])


def test_a_text_that_is_not_translated_is_found() -> None:
    app = AppTest.from_string(
        "import streamlit as st\n"
        "st.html('<style>b { color: red }</style><b title=\"In a title\">⟦a⟧</b>')\n"
        "st.dataframe({'x': ['In a cell']}, column_config={'x': '⟦Heading⟧'})\n"
        "st.selectbox('⟦Label⟧', ['⟦one⟧', 'An option'], key='k', help='⟦Help⟧')\n"
        "st.plotly_chart({'data': [{'x': [1], 'name': 'In a legend'}], 'layout': {}})\n"
        "st.expander('A heading').markdown(':red[⟦fine⟧] 7 :material/check:')\n"
    ).run()
    assert {text.strip() for _, text in english(app)} == {
        "In a title",
        "In a cell",
        "An option",
        "In a legend",
        "A heading",
    }
