"""Many change one run at once: what was acknowledged is kept, what was refused leaves no trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mlcore.config import RunConfig
from mlcore.events import Stopped
from mlcore.runs import History, Recorder, RunFolder, RunStore
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.label import read_label
from mlcore.runs.record.control import ask_resume

GATE = """
import os, sys, time
from mlcore.cli import main
open(sys.argv[1] + f"/ready-{os.getpid()}", "w").close()
while not os.path.exists(sys.argv[1] + "/go"):
    time.sleep(0.001)
for words in sys.argv[2:]:
    status = main(words.split())
    print("status", status, flush=True)
"""


def shells(tmp_path: Path, runs: Path, commands: Sequence[Sequence[str]]) -> list[str]:
    """What several shells print that begin at the same moment, each with commands of its own."""
    gate = tmp_path / "gate"
    gate.mkdir()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", GATE, str(gate), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "MLCORE_RUNS": str(runs)},
        )
        for words in commands
    ]
    while len(list(gate.glob("ready-*"))) < len(started):
        assert all(process.poll() is None for process in started)
    (gate / "go").touch()
    return [process.communicate(timeout=240)[0] for process in started]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def folder(runs: Path) -> RunFolder:
    settings = {
        "data.name": "digits",
        "data.train_limit": 200,
        "model.hidden": [4],
        "train.epochs": 1,
        "train.threads": 1,
        "train.device": "cpu",
    }
    return RunStore(runs).create(RunConfig.from_flat(settings))


def test_all_tags_names_and_notes_that_were_acknowledged_are_kept(
    tmp_path: Path, runs: Path, folder: RunFolder
) -> None:
    commands = [[f"tag {folder.id} s{shell}", f"tag {folder.id} t{shell}"] for shell in range(4)]
    commands.append([f"rename {folder.id} named", f"note {folder.id} noted"])
    said = shells(tmp_path, runs, commands)
    assert "".join(said).count("status 0") == 10
    label = read_label(RunFolder(folder.path))
    assert set(label.tags) == {f"{letter}{shell}" for letter in "st" for shell in range(4)}
    assert (label.name, label.note) == ("named", "noted")


@pytest.mark.slow
def test_of_five_shells_that_resume_a_run_one_does_and_the_others_leave_no_trace(
    tmp_path: Path, runs: Path, folder: RunFolder
) -> None:
    from mlcore.run import execute

    assert execute(folder).kind == "finished"
    rates = [0.01, 0.02, 0.03, 0.04, 0.05]
    said = shells(
        tmp_path, runs, [[f"resume {folder.id} --train.epochs 40 --optim.lr {r}"] for r in rates]
    )
    done = [rate for rate, text in zip(rates, said, strict=True) if "status 0" in text]
    assert len(done) == 1, said
    assert "".join(said).count("status 2") == 4
    history = History(folder)
    history.refresh()
    assert [edit.changes for edit in history.edits] == [
        {"train.epochs": 40, "optim.lr": done[0]}
    ] or [edit.changes["optim.lr"] for edit in history.edits] == done
    asked = [json.loads(line) for line in folder.control_path.read_text().splitlines()]
    assert [line["changes"]["optim.lr"] for line in asked] == done


def test_a_resume_that_cannot_be_written_whole_asks_for_nothing(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(folder) as recorder:
        recorder.record(Stopped(step=9, epoch=1))
    write, lines = os.write, []

    def cut(descriptor: int, data: bytes) -> int:
        if b'"start"' in data:
            lines.append(data)
            return write(descriptor, data[:-5])
        return write(descriptor, data)

    monkeypatch.setattr("mlcore.runs.record.lines.os.write", cut)
    with pytest.raises(Exception, match="took only"):
        ask_resume(folder, {"train.epochs": 9})
    assert len(lines) == 1
    history = History(folder)
    history.refresh()
    assert history.state == "stopped"


@pytest.mark.slow
def test_waiting_runs_that_many_move_at_once_are_all_still_there(
    tmp_path: Path, runs: Path, folder: RunFolder
) -> None:
    queue = RunQueue(runs)
    with queue.change():
        pass
    others = [RunStore(runs).create(folder.config).id for _ in range(4)]
    with queue.change(adopt=True) as state:
        assert len(state.waiting) == 5
    commands = [
        [f"queue {run} --first", f"queue --at-once {2 + n}"] for n, run in enumerate(others)
    ]
    said = shells(tmp_path, runs, commands)
    assert "".join(said).count("status 0") == 8
    now = queue.snapshot()
    assert sorted(now.waiting) == sorted([folder.id, *others])
    assert now.waiting[-1] == folder.id
    assert 2 <= now.at_once <= 5


@pytest.mark.slow
def test_a_run_that_many_delete_and_restore_at_once_is_in_one_place(
    tmp_path: Path, runs: Path, folder: RunFolder
) -> None:
    with Recorder(folder) as recorder:
        recorder.record(Stopped(step=9, epoch=1))
    said = shells(tmp_path, runs, [[f"delete {folder.id}"] for _ in range(4)])
    assert "".join(said).count("status 0") == 1, said
    assert "".join(said).count("status 2") == 3, said
    assert "unexpected" not in "".join(said)
    (tmp_path / "gate").rename(tmp_path / "gate before")
    said = shells(tmp_path, runs, [[f"restore {folder.id}"] for _ in range(4)])
    assert "".join(said).count("status 0") == 1, said
    assert "".join(said).count("status 2") == 3, said
    assert [info.id for info in RunStore(runs).list()] == [folder.id]
