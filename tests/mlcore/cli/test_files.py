from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

Shell = Callable[..., Any]


@pytest.fixture
def theirs(trained: Path, tmp_path: Path) -> Path:
    """A checkpoint whose settings name a data set and a folder for it."""
    kept = max(trained.glob("checkpoints/step-*.pt"))
    tree = torch.load(kept, weights_only=False)
    tree["config"]["data"] |= {"name": "mnist", "root": str(tmp_path / "some" / "where")}
    tree["data"]["name"] = "mnist"
    torch.save(tree, tmp_path / "theirs.pt")
    return tmp_path / "theirs.pt"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.mark.parametrize("command", ["evaluate FILE", "resume FILE --train.epochs 9"])
def test_a_checkpoint_chooses_no_folder(
    shell: Shell, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "mine"))
    answer = shell([word.replace("FILE", str(theirs)) for word in command.split()])
    assert answer.status == 2
    assert str(tmp_path / "mine") in answer.err
    assert not (tmp_path / "some").exists()


def test_a_run_takes_its_data_from_the_folder_it_was_made_with(
    shell: Shell,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_idx_root: Callable[..., Path],
) -> None:
    monkeypatch.setenv("MLCORE_DATA", str(tmp_path / "mine"))
    root = tiny_idx_root()
    flags = "--data.name mnist --train.epochs 1 --model.hidden 4 --train.device cpu --json"
    made = shell([*f"train {flags}".split(), "--data.root", str(root)])
    run = made.records[-1]["run"]
    assert shell(f"evaluate {run}").status == 0
    assert shell(f"replay {run}").status == 0
    assert shell(f"export {run} --format torch_export --output {tmp_path}/a.pt2").status in (0, 2)


@pytest.mark.parametrize("command", ["evaluate", "resume", "replay", "fork"])
def test_nothing_is_downloaded_into_a_folder_that_only_a_record_names(
    shell: Shell, trained: Path, tmp_path: Path, command: str
) -> None:
    record = json.loads((trained / "config.json").read_text())
    record["config"]["data"] |= {"name": "mnist", "root": str(tmp_path / "some" / "where")}
    (trained / "config.json").write_text(json.dumps(record))
    more = " --train.epochs 9" if command in ("resume", "fork") else ""
    answer = shell(f"{command} {trained.name}{more} --json")
    assert answer.status in (0, 2)
    assert not (tmp_path / "some").exists()
