"""What tests of whole pages share: the app without a browser, on a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ElementList

from dashboard import server
from mlcore.config import RunConfig
from mlcore.events import Event
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.record.folder import checkpoint_name
from mlcore.runs.record.worker import WorkerRecord, write_worker
from tests.dashboard.train_page import APP, CONFIG, record


@pytest.fixture(scope="module", autouse=True)  # what is set for a session reaches other folders
def _no_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pages start on MNIST: without a data folder of its own, none of them may fetch it."""
    with pytest.MonkeyPatch.context() as patch:
        if "MLCORE_DATA" not in os.environ:
            patch.setenv("MLCORE_DATA", str(tmp_path_factory.mktemp("data")))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
        yield


@pytest.fixture(scope="module", autouse=True)
def _keys_without_blanks() -> Iterator[None]:
    """Find a widget by its name, whichever of the widgets of that name is drawn.

    Where the program changes what a widget shows, its key gets other blanks at its end (see
    `dashboard.gaps.widgets`).
    """

    def by_key(elements: Any, key: str) -> Any:
        for element in elements:
            if str(getattr(element, "key", "")).strip() == key:
                return element
        raise KeyError(key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ElementList, "__call__", by_key)
        yield


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs and data of a module's pages; one supervisor serves them all and ends with them."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLCORE_RUNS", str(folder / "runs"))
        patch.setenv("MLCORE_DATA", str(folder / "data"))
        server.jobs.clear()
        server.store.clear()
        yield folder
        server.jobs().close()
        server.jobs.clear()
        server.store.clear()


@pytest.fixture
def app(page_folder: Path) -> AppTest:
    """The app, not run yet, on the bundled digits: what its address names can be changed first."""
    test = AppTest.from_file(str(APP), default_timeout=20)
    test.query_params["data.name"] = "digits"
    return test


@pytest.fixture
def address() -> Callable[[AppTest, str], str | None]:
    """A query parameter of an app; AppTest keeps texts and lists of texts alike."""

    def read(app: AppTest, name: str) -> str | None:
        value = app.query_params.get(name)
        return value[-1] if isinstance(value, list) else value

    return read


@pytest.fixture
def runs(page_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """A runs folder of the test's own; the module's supervisor serves it too."""
    server.jobs()  # of the module's folder
    monkeypatch.setenv("MLCORE_RUNS", str(tmp_path / "runs"))
    server.store.clear()
    yield RunStore(tmp_path / "runs")
    server.store.clear()


@pytest.fixture
def made(runs: RunStore) -> Callable[..., RunFolder]:
    """Make runs with a history: `made(STARTED, STEPS)`; `alive` gives them a worker."""

    def make(
        *events: Event,
        alive: bool = False,
        saved: int | None = None,
        name: str = "",
        parent: str | None = None,
        config: RunConfig = CONFIG,
    ) -> RunFolder:
        folder = runs.create(config, name=name, parent=parent)
        for event in events:
            record(folder, event)
        worker = WorkerRecord.mine()
        write_worker(folder.path, worker if alive else replace(worker, identity="another"))
        if saved is not None:
            folder.checkpoints_path.mkdir(exist_ok=True)
            (folder.checkpoints_path / checkpoint_name(saved)).write_bytes(b"")
        return folder

    return make
