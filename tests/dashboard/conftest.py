"""What tests of whole pages share: the app without a browser, on a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import server

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


@pytest.fixture(scope="session", autouse=True)
def _no_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pages start on MNIST: without a data folder of its own, none of them may fetch it."""
    with pytest.MonkeyPatch.context() as patch:
        if "MLCORE_DATA" not in os.environ:
            patch.setenv("MLCORE_DATA", str(tmp_path_factory.mktemp("data")))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")  # nothing listens there
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
