"""The process of a sweep that a page started."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcore.errors import JobError
from mlcore.sweeps import SweepFolder
from mlcore.sweeps.background import launch, main


def test_why_it_ended_before_its_time_is_left_in_its_folder(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, "hunt")
    folder.path.mkdir(parents=True)
    folder.sweep_path.write_text("{")
    assert folder.error is None
    assert main(str(tmp_path), "hunt") == 1
    assert "sweep.json is damaged" in str(folder.error)
    process = launch(folder)
    assert process.wait(60) == 1
    assert "sweep.json is damaged" in str(folder.error)
    assert (folder.path / "background.log").read_bytes() == b""
    with folder.control(), folder.failures_noted():
        assert folder.error is None


def test_a_folder_that_is_gone_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be started"):
        launch(SweepFolder(tmp_path, "gone"))


def test_that_another_process_runs_it_is_no_failure_of_the_sweep(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, "hunt")
    with folder.control():
        assert launch(folder).wait(60) == 1
    assert folder.error is None
