"""A run's folder knows its files."""

import pytest

from mlcore.config import RunConfig
from mlcore.errors import RunError
from mlcore.events import CheckpointSaved
from mlcore.runs import RunFolder
from mlcore.runs.record.folder import checkpoint_name


def saved(step, best=False):
    file = checkpoint_name(step)
    return CheckpointSaved(step=step, epoch=1, file=file, reason="epoch", best=best)


def test_settings_come_back(folder):
    again = RunFolder(folder.path)
    assert again.config == RunConfig()
    assert again.id == folder.path.name
    assert again.meta["id"] == again.id
    assert set(again.meta["versions"]) - {"revision"} == {"python", "mlcore", "torch", "numpy"}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"config": {"optim": {"lr": -1}}}'])
def test_damaged_settings_are_a_sentence(folder, text):
    folder.config_path.write_text(text)
    with pytest.raises(RunError, match=r"config\.json"):
        _ = RunFolder(folder.path).config


def test_a_folder_without_settings_is_no_run(tmp_path):
    with pytest.raises(RunError, match="is no run"):
        _ = RunFolder(tmp_path).config


def test_checkpoints_are_listed_by_step(folder):
    assert folder.last_checkpoint() is None
    for name in (checkpoint_name(200_000_000), checkpoint_name(3), "start.pt", checkpoint_name(20)):
        (folder.checkpoints_path / name).touch()
    (folder.checkpoints_path / ".step-00000021.pt.abc.tmp").touch()
    (folder.checkpoints_path / "notes.txt").touch()
    names = [path.name for path in folder.checkpoints()]
    assert names == ["start.pt", "step-00000003.pt", "step-00000020.pt", "step-200000000.pt"]
    last = folder.last_checkpoint()
    assert last is not None
    assert last.name == "step-200000000.pt"


def test_the_history_tells_the_best_checkpoint(folder, record):
    assert folder.best_checkpoint() is None
    record(folder, saved(10, best=True), saved(20, best=True), saved(30))
    assert folder.best_checkpoint() is None  # the file is gone
    for step in (10, 20, 30):
        (folder.checkpoints_path / checkpoint_name(step)).touch()
    best = folder.best_checkpoint()
    assert best is not None
    assert best.name == checkpoint_name(20)
