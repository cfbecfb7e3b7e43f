"""The process of a sweep that a page started."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcore.errors import JobError
from mlcore.sweeps import SweepFolder
from mlcore.sweeps.background import launch, main, why_it_ended


def test_why_it_ended_before_its_time_is_left_in_its_folder(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, "hunt")
    folder.path.mkdir(parents=True)
    folder.sweep_path.write_text("{")
    assert why_it_ended(folder) is None
    assert main(str(tmp_path), "hunt") == 1
    assert "sweep.json is damaged" in str(why_it_ended(folder))
    process = launch(folder)
    assert process.wait(60) == 1
    assert "sweep.json is damaged" in str(why_it_ended(folder))
    assert (folder.path / "background.log").read_bytes() == b""


def test_a_folder_that_is_gone_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be started"):
        launch(SweepFolder(tmp_path, "gone"))
