"""Strangers' files: no code runs, no process dies, little memory and time, one sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from checkpoint_corpus.hostile import corpus
from checkpoint_corpus.watch import MEMORY, SECONDS, linux, read_all

from mlcore.checkpoint import load
from mlcore.errors import CheckpointError


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Name in the corpus → what became of the file."""
    folder = tmp_path_factory.mktemp("corpus")
    paths = {}
    endings = (".pt", ".pth", ".safetensors", ".bin", "")  # a name must not matter
    for number, (name, data) in enumerate(corpus(folder / "ran").items()):
        paths[name] = folder / f"{number}{endings[number % len(endings)]}"
        paths[name].write_bytes(data)
    found = read_all(folder, paths.values())
    assert not (folder / "ran").exists(), "a file ran its code"
    return {name: found[str(path)] for name, path in paths.items()}


@linux
def test_the_corpus_is_large(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) >= 200


@linux
def test_every_file_is_refused_with_our_error(results: dict[str, dict[str, Any]]) -> None:
    other = {
        n: (r["outcome"], r["message"]) for n, r in results.items() if r["outcome"] != "refused"
    }
    assert not other


@linux
def test_every_refusal_is_one_printable_sentence(results: dict[str, dict[str, Any]]) -> None:
    for name, result in results.items():
        message = result["message"]
        assert re.fullmatch(r"[A-Z`].{20,500}[.]", message), (name, message)
        assert message.isprintable(), (name, message)


@linux
def test_no_file_runs_code_opens_others_or_maps_memory(results: dict[str, dict[str, Any]]) -> None:
    assert not {name: result["events"] for name, result in results.items() if result["events"]}


@linux
def test_no_file_takes_much_memory(results: dict[str, dict[str, Any]]) -> None:
    assert not {n: r["growth"] for n, r in results.items() if r["growth"] > MEMORY}


@linux
def test_no_file_takes_long(results: dict[str, dict[str, Any]]) -> None:
    assert not {n: r["seconds"] for n, r in results.items() if r["seconds"] > SECONDS}


@linux
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "folder.pt").mkdir()
    (tmp_path / "link.pt").symlink_to(tmp_path / "nowhere")
    for path in ("pipe.pt", "folder.pt", "link.pt", "missing.pt"):
        with pytest.raises(CheckpointError):
            load(tmp_path / path)
    with pytest.raises(CheckpointError, match="no regular file"):
        load("/dev/zero")
    with pytest.raises(CheckpointError):
        load("null\0byte.pt")
