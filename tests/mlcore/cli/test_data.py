from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcore.data import CATALOG, Progress
from mlcore.errors import DataMissingError

Shell = Callable[..., Any]


def test_every_data_set_is_a_line(shell: Shell, tmp_path: Path) -> None:
    lines = shell(f"data --data.root {tmp_path}").out.splitlines()
    assert lines[0] == f"data sets in {tmp_path}"
    assert [line.split()[0] for line in lines[2:]] == list(CATALOG)
    assert lines[2].split()[1] == "missing"
    assert lines[-1].split()[:4] == ["digits", "bundled", "1,437", "360"]


def test_the_variable_names_the_folder(
    shell: Shell, tiny_idx_root: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tiny_idx_root()
    monkeypatch.setenv("MLCORE_DATA", str(root))
    (record,) = shell("data status mnist --json").records
    assert record["state"] == "ready"
    assert record["folder"] == str(root / "MNIST" / "raw")
    assert (record["train_images"], record["test_images"]) == (200, 50)
    assert record["bytes"] == 250 * 784 + 250 + 2 * 16 + 2 * 8


def test_damage_is_found_and_named(shell: Shell, tiny_idx_root: Callable[..., Path]) -> None:
    root = tiny_idx_root()
    file = root / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:-1])
    answer = shell(f"data verify mnist --data.root {root}")
    assert answer.status == 1
    assert "damaged" in answer.out
    assert str(file) in answer.err


def test_the_bundled_digits_are_whole(shell: Shell, tmp_path: Path) -> None:
    assert shell("data verify digits").status == 0
    lines = shell(f"data verify --data.root {tmp_path}").out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["digits"]  # what is missing is no fault


def test_fetch_downloads_what_is_missing(
    shell: Shell,
    tmp_path: Path,
    tiny_idx_root: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deliver(name: str, root: Path, progress: Callable[[Progress], None]) -> None:
        assert (name, root) == ("mnist", tmp_path / "tiny_data")
        progress(Progress(file="train-images-idx3-ubyte.gz", done=1000, total=2000))
        tiny_idx_root()

    monkeypatch.setattr("mlcore.cli.files.fetch", deliver)
    answer = shell(f"data fetch mnist --data.root {tmp_path / 'tiny_data'} --json")
    assert answer.status == 0
    assert answer.records[0]["state"] == "ready"
    assert answer.err == f"Fetching MNIST (11.6 MB) to {tmp_path / 'tiny_data'}\n"


def test_fetch_leaves_what_is_there(
    shell: Shell, tiny_idx_root: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("mlcore.cli.files.fetch")
    assert shell(f"data fetch mnist --data.root {tiny_idx_root()}").status == 0
    assert shell("data fetch digits").status == 0


def test_a_download_that_fails_is_one_sentence(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any) -> None:
        raise DataMissingError("No mirror answered.")

    monkeypatch.setattr("mlcore.cli.files.fetch", unreachable)
    answer = shell(f"data fetch kmnist --data.root {tmp_path}")
    assert answer.status == 2
    assert answer.err.endswith("\nmlcore: No mirror answered.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("fetch", "`mlcore data fetch` needs a name"),
        ("ftech", "`mlcore data` knows status, fetch and verify, but got 'ftech' (did you mean"),
        ("status mnits", "mnits"),
    ],
)
def test_a_bad_word_gets_a_sentence(shell: Shell, words: str, sentence: str) -> None:
    answer = shell(f"data {words}")
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err


@pytest.mark.mnist
def test_mnist_is_whole(shell: Shell, mnist_root: Path) -> None:
    (record,) = shell(f"data verify mnist --data.root {mnist_root} --json").records
    assert record["state"] == "ready"
