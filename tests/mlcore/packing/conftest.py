"""A run to pack, and zip files as a stranger could make them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.config import RunConfig
from mlcore.packing import pack
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore

SETTINGS = {
    "data.name": "digits",
    "data.batch_size": 64,
    "data.validation": 200,
    "model.hidden": [16],
    "optim.name": "adam",
    "train.epochs": 3,
    "train.device": "cpu",
    "train.threads": 1,
}


@pytest.fixture
def config() -> RunConfig:
    return RunConfig.from_flat(SETTINGS)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "here")


@pytest.fixture
def elsewhere(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "elsewhere")


@pytest.fixture(scope="session")
def packed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    run = RunStore(folder / "runs").create(RunConfig.from_flat(SETTINGS), name="first")
    execute(run)
    return pack(run, folder / "run.zip", ["all"]).path


@pytest.fixture
def trained(packed_once: Path) -> RunFolder:
    """The run in the packed file, where it was trained; to be left as it is."""
    (path,) = (path for path in (packed_once.parent / "runs").iterdir() if path.name[0] != ".")
    return RunFolder(path)


@pytest.fixture
def members(packed_once: Path) -> dict[str, bytes]:
    """Name → content of a packed run, the test's to change."""
    with zipfile.ZipFile(packed_once) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def run_id(members: dict[str, bytes]) -> str:
    return next(iter(members)).partition("/")[0]


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    """Writes a zip file of these members, without any check."""

    def write(members: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
        path = tmp_path / "stranger.zip"
        with zipfile.ZipFile(path, "w", how) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name), content, how)
        return path

    return write


@pytest.fixture
def with_history(members: dict[str, bytes], run_id: str, zipped: Callable[..., Path]) -> Any:
    """A packed run without checkpoints, with these lines as its history: objects, or bytes."""
    bare = {name: content for name, content in members.items() if not name.endswith(".pt")}

    def write(*lines: dict[str, Any] | bytes) -> Path:
        text = b"".join(
            (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n"
            for line in lines
        )
        return zipped(bare | {f"{run_id}/events.jsonl": text})

    return write
