"""The power fails at any moment: the run is listed, resumed and, to the last bit, what it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mlcore.commands import Edit
from mlcore.config import RunConfig
from mlcore.events import EpochDone
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import History, RunFolder, RunStore, ask_resume, read_state, send
from mlcore.runs.library.label import read_label, rename, set_tags
from mlcore.runs.record.folder import checkpoint_step
from mlcore.runs.record.worker import read_worker
from tests.mlcore.runs.disk import Disk

CONFIG = RunConfig.from_flat(
    {
        "data.name": "digits",
        "data.train_limit": 640,
        "data.validation": 100,
        "model.hidden": [8],
        "train.epochs": 6,
        "train.device": "cpu",
        "train.threads": 1,
    }
)


def read(folder: RunFolder) -> History:
    history = History(folder)
    history.refresh()
    return history


def bury(folder: RunFolder) -> None:
    """After the power came back the worker, which is this process, is no more."""
    if read_worker(folder.path) is not None:
        path = folder.path / "worker.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"identity": "before"}))


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Disk, RunFolder, int]:
    """A run with an edit in its third epoch; what was synced, and by when it was made."""
    root = tmp_path / "runs"
    root.mkdir()
    disk = Disk.watch(root, monkeypatch)
    folder = RunStore(root).create(CONFIG, name="mine")
    made = disk.moments

    def observe(event: object) -> None:
        if isinstance(event, EpochDone) and event.epoch == 2:
            send(folder, Edit(changes={"optim.lr": 0.05}))

    assert execute(folder, observe=observe).kind == "finished"
    return disk, folder, made


def test_whenever_the_power_fails_the_run_is_there_and_its_history_reaches_its_checkpoint(
    trained: tuple[Disk, RunFolder, int], tmp_path: Path
) -> None:
    disk, folder, made = trained
    whole = read(folder).steps
    assert disk.moments - made > 20
    for moment in range(made, disk.moments + 1):
        root = tmp_path / "again"
        disk.after(moment, root)
        after = RunFolder(root / folder.id)
        bury(after)
        store = RunStore(root)
        assert store.damaged() == {}
        (info,) = store.list()
        assert (info.name, info.config) == ("mine", CONFIG)
        assert info.state in ("queued", "lost", "finished")
        history = read(after)
        assert (history.damaged, history.gaps) == (0, [])
        np.testing.assert_array_equal(history.steps, whole[: len(history.steps)])
        last = after.last_checkpoint()
        assert last is None or checkpoint_step(last) <= history.step
        assert all(path.stat().st_size for path in after.checkpoints())
        shutil.rmtree(root)
    assert info.state == "finished"


@pytest.mark.slow
def test_it_is_resumed_to_the_same_end_and_replayed(
    trained: tuple[Disk, RunFolder, int], tmp_path: Path
) -> None:
    disk, folder, made = trained
    whole = read(folder)
    for moment in np.linspace(made, disk.moments - 1, 14, dtype=int):
        root = tmp_path / "again"
        disk.after(int(moment), root)
        after = RunFolder(root / folder.id)
        bury(after)
        if read_state(after) != "queued":
            ask_resume(after)
        assert execute(after).kind == "finished"
        if read(after).edits:  # else no checkpoint had it yet, and nobody makes it again
            np.testing.assert_array_equal(read(after).steps, whole.steps)
        assert replay(after).equal
        shutil.rmtree(root)


@pytest.mark.parametrize("size", ["nothing", "empty", "zeros", "garbage"])
def test_a_run_whose_settings_are_lost_is_rebuilt_from_its_checkpoint(
    trained: tuple[Disk, RunFolder, int], size: str
) -> None:
    _, folder, _ = trained
    path = folder.config_path
    length = path.stat().st_size
    path.unlink()
    if size != "nothing":
        garbage = {"empty": b"", "zeros": bytes(length), "garbage": b'{"config": \xff\x00'}
        path.write_bytes(garbage[size])
    lost = RunFolder(folder.path)
    (info,) = RunStore(folder.path.parent).list()
    assert info.config == lost.config == CONFIG  # the edit is taken back
    assert info.created == pytest.approx(folder.meta["created"], abs=1.1)
    assert "config.json of run" in info.message
    ask_resume(lost, {"train.epochs": 7})
    assert json.loads(path.read_text())["config"] == CONFIG.to_json()
    again = RunFolder(folder.path)
    assert execute(again).kind == "finished"
    assert read(again).config.train.epochs == 7
    assert replay(again).equal
    assert "are not known" in str(again.rebuilt)


@pytest.mark.parametrize(
    "tail", [bytes(3000), b'{"event": "steps", "fir', b"\0\0\0\n\0\0", b"\n\n"]
)
def test_what_a_file_system_leaves_at_the_end_of_a_log_is_as_cut(
    trained: tuple[Disk, RunFolder, int], tail: bytes
) -> None:
    _, folder, _ = trained
    before = read(folder)
    with folder.events_path.open("ab") as log:
        log.write(tail)
    with folder.control_path.open("ab") as log:
        log.write(tail)
    history = read(folder)
    assert (history.state, history.step, history.gaps) == ("finished", before.step, [])
    ask_resume(folder, {"train.epochs": 7})
    assert execute(folder).kind == "finished"
    np.testing.assert_array_equal(read(folder).steps[: before.step], before.steps)
    assert replay(folder).equal


def test_a_label_that_was_given_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    disk = Disk.watch(root, monkeypatch)
    folder = RunStore(root).create(CONFIG)
    rename(folder, "second")
    set_tags(folder, ["wide"])
    disk.after(disk.moments, tmp_path / "again")
    label = read_label(RunFolder(tmp_path / "again" / folder.id))
    assert (label.name, label.tags) == ("second", ("wide",))
