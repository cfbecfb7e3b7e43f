"""The live picture of a run is shown where it is that of such a run."""

from pathlib import Path

import pytest

from dashboard.server.diagrams import live
from mlcore.runs.record.live import write_picture
from tests.dashboard.diagrams import made_diagram


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path


def test_the_picture_that_a_worker_drew_is_shown(run):
    write_picture(run, made_diagram(step=7).to_json())
    assert live(run, 0, 10, ask=False).step == 7
    assert live(run, 1, 10, ask=False) is None  # drawn with another image
    assert not list((run / "live").glob("[0-9]*"))


def test_a_picture_with_other_classes_than_the_run_has_is_not_shown(run):
    write_picture(run, made_diagram(classes=12).to_json())
    assert live(run, 0, 10, ask=False) is None
