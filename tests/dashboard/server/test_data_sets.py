from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.server import data_sets
from dashboard.server.data_sets import changed, source, usable
from dashboard.server.downloads import Downloads
from mlcore.config import DataConfig
from mlcore.errors import DataMissingError, JobError


class Answers:
    """Jobs whose polls return prepared results in order; an exception is raised."""

    def __init__(self, *answers: Any, progress: Mapping[str, Any] | None = None) -> None:
        self.requests: list[tuple[str, Mapping[str, Any]]] = []
        self._answers, self._progress = list(answers), progress

    def submit(self, kind: str, request: Mapping[str, Any]) -> Answers:
        self.requests.append((kind, request))
        return self

    def poll(self) -> Mapping[str, Any] | None:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def progress(self) -> Mapping[str, Any] | None:
        return self._progress


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> Downloads:
    shared = Downloads()
    monkeypatch.setattr(data_sets, "downloads", lambda: shared)
    return shared


def test_bundled_digits_are_always_there(tmp_path: Path) -> None:
    assert source("digits", tmp_path).state == "bundled"
    assert usable(DataConfig(name="digits"))
    assert changed("digits", tmp_path) == 0.0


def test_files_on_disk_are_ready(tiny_idx_root: Callable[..., Path], downloads: Downloads) -> None:
    root = tiny_idx_root("MNIST")
    assert source("mnist", root).usable
    assert changed("mnist", root) > 0
    assert usable(DataConfig(name="mnist", root=str(root)))


def test_a_download_is_requested_once_and_reports_its_progress(
    tmp_path: Path, downloads: Downloads
) -> None:
    assert source("mnist", tmp_path).state == "missing"
    jobs = Answers(None, None, progress={"file": "a.gz", "done": 5, "total": 10})
    downloads.start("mnist", tmp_path, jobs)
    downloads.start("mnist", tmp_path, jobs)
    assert jobs.requests == [("fetch", {"name": "mnist", "root": str(tmp_path)})]
    found = source("mnist", tmp_path)
    assert (found.state, found.file, found.done, found.total) == ("fetching", "a.gz", 5, 10)
    assert not found.usable


def test_after_a_download_the_files_count(
    tiny_idx_root: Callable[..., Path], downloads: Downloads
) -> None:
    root = tiny_idx_root("KMNIST")
    downloads.start("mnist", root, Answers({}))
    assert downloads.running("mnist", root) is None
    assert source("mnist", root).state == "missing"
    assert source("kmnist", root).state == "ready"


@pytest.mark.parametrize("when", ["asked", "polled"])
def test_a_failure_is_kept_until_the_next_try(
    tmp_path: Path, downloads: Downloads, when: str
) -> None:
    class Refuses(Answers):
        def submit(self, kind: str, request: Mapping[str, Any]) -> Answers:
            raise JobError("No process.")

    error = "No process." if when == "asked" else "No network."
    jobs = Refuses() if when == "asked" else Answers(DataMissingError("No network."))
    downloads.start("mnist", tmp_path, jobs)
    for _ in range(2):
        found = source("mnist", tmp_path)
        assert (found.state, found.message) == ("failed", error)
    downloads.start("mnist", tmp_path, Answers(None))
    assert source("mnist", tmp_path).state == "fetching"


def test_folders_have_downloads_of_their_own(tmp_path: Path, downloads: Downloads) -> None:
    downloads.start("mnist", tmp_path / "a", Answers(DataMissingError("No network.")))
    assert source("mnist", tmp_path / "a").state == "failed"
    assert source("mnist", tmp_path / "b").state == "missing"
