from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.panels.checkpoint_list import download_name
from dashboard.words.checkpoint_rows import checkpoint_rows
from mlcore.config import DataConfig, RunConfig
from mlcore.events import CheckpointSaved
from mlcore.runs import Recorder, RunFolder, RunStore
from mlcore.runs.library.run_info import read_run_info
from mlcore.runs.record.folder import START_FILE, checkpoint_name

SAVED = (
    CheckpointSaved(step=10, epoch=1, file=checkpoint_name(10), reason="epoch", best=True),
    CheckpointSaved(step=20, epoch=2, file=checkpoint_name(20), reason="epoch"),
    CheckpointSaved(step=25, epoch=2, file=checkpoint_name(25), reason="stopped"),
)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunStore(tmp_path).create(RunConfig(data=DataConfig(name="digits")), name="a/b <i>")
    with Recorder(folder) as recorder:
        for event in SAVED:
            recorder.record(event)
    for step in (10, 25, 27):  # 20 was thinned out, 27 was written before a kill
        (folder.checkpoints_path / checkpoint_name(step)).write_bytes(bytes(step))
    (folder.checkpoints_path / START_FILE).write_bytes(b"x")
    return folder


def test_what_lies_in_the_folder_is_listed_latest_first(folder: RunFolder) -> None:
    rows = checkpoint_rows(folder, SAVED)
    assert [(row.step, row.epoch, row.size) for row in rows] == [
        (27, None, 27),
        (25, 2, 25),
        (10, 1, 10),
        (None, None, 1),
    ]


def test_best_and_last_are_marked(folder: RunFolder) -> None:
    assert [row.label for row in checkpoint_rows(folder, SAVED)] == [
        "Step 27 (last)",
        "Epoch 2 · step 25",
        "Epoch 1 · step 10 (best)",
        "Start",
    ]


def test_each_says_why_it_was_written(folder: RunFolder) -> None:
    assert [row.reason for row in checkpoint_rows(folder, SAVED)] == [
        "written last",
        "where the run was stopped",
        "end of an epoch",
        "where the run started",
    ]


def test_file_names_say_run_and_epoch_and_hold_no_odd_characters(folder: RunFolder) -> None:
    info, rows = read_run_info(folder), checkpoint_rows(folder, SAVED)
    assert download_name(info, rows[1]) == "a-b-i-epoch-2-step-25.pt"
    assert download_name(info, rows[2], "-weights.pt") == "a-b-i-epoch-1-step-10-weights.pt"
    assert download_name(info, rows[3]) == "a-b-i-start.pt"
