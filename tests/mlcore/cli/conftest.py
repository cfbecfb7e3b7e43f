"""A shell for the tests: commands run in this process, on bundled digits."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlcore.cli import main

_QUICK = (
    "--data.name digits --data.train-limit 200 --data.validation 50 --optim.lr 0.1 "
    "--model.hidden 16 --train.epochs 2 --train.device cpu --train.threads 1"
)


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs `mlcore WORDS`; a text is split at blanks."""

    def run(words: str | list[str]) -> Answer:
        status = main(words.split() if isinstance(words, str) else words)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return run


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the test's own runs."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("MLCORE_RUNS", str(folder))
    return folder


@pytest.fixture
def quick() -> str:
    """Flags of a training of two epochs that takes a moment."""
    return _QUICK


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(f"train {_QUICK} --name first --json --runs {folder}".split()) == 0
    return Path(json.loads(out.getvalue().splitlines()[-1])["folder"])


@pytest.fixture
def trained(trained_once: Path, runs: Path) -> Path:
    """The folder of a finished run of two epochs, the test's to change."""
    shutil.copytree(trained_once, runs / trained_once.name)
    return runs / trained_once.name
