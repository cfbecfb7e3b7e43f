"""A run leaves as one file and comes back as the same run."""

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest
import torch

from mlcore import checkpoint
from mlcore.commands import Stop
from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import Finished, StepsDone, Stopped
from mlcore.packing import pack, unpack
from mlcore.replay import replay
from mlcore.run import execute
from mlcore.runs import History, RunFolder, RunStore, ask_resume, read_state, send
from mlcore.runs.library.forks import find_fork_point
from mlcore.runs.library.label import read_label, set_note, set_tags
from mlcore.runs.library.trash import delete


def history_of(folder):
    history = History(folder)
    history.refresh()
    return history


def bring_in(packed, store):
    return RunFolder(store.root / unpack(packed, store).run)


def stopped_early(folder):
    """Train a run and stop it in the middle of an epoch."""

    def observe(event):
        if isinstance(event, StepsDone) and event.first <= 25:
            send(folder, Stop())

    ending = execute(folder, observe=observe)
    assert isinstance(ending, Stopped)
    return folder


def test_a_run_packed_and_resumed_elsewhere_equals_the_uninterrupted_one(
    store, elsewhere, config, tmp_path
):
    whole, broken = store.create(config), stopped_early(store.create(config))
    execute(whole)
    packed = pack(broken, tmp_path / "run.zip").path
    shutil.rmtree(broken.path)
    folder = bring_in(packed, elsewhere)
    assert read_state(folder) == "stopped"
    ask_resume(folder)
    assert isinstance(execute(folder), Finished)
    one, two = history_of(whole), history_of(folder)
    assert one.steps.tobytes() == two.steps.tobytes()
    assert [epoch.train_loss for epoch in one.epochs] == [epoch.train_loss for epoch in two.epochs]
    ours, theirs = (checkpoint.load(f.last_checkpoint()).model for f in (whole, folder))
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():
        assert torch.equal(weight, theirs[name])


def test_what_comes_back_is_what_left(trained, packed_once, elsewhere):
    folder = bring_in(packed_once, elsewhere)
    assert folder.id == trained.id
    assert folder.config == trained.config
    assert folder.meta["created"] == trained.meta["created"]
    assert read_label(folder) == read_label(trained)
    assert read_state(folder) == "finished"
    before, after = history_of(trained), history_of(folder)
    assert after.steps.tobytes() == before.steps.tobytes()
    assert (after.epochs, after.outcome) == (before.epochs, before.outcome)
    assert after.damage is None
    for ours, theirs in zip(trained.checkpoints(), folder.checkpoints(), strict=True):
        assert (ours.name, ours.read_bytes()) == (theirs.name, theirs.read_bytes())
    assert folder.best_checkpoint().name == trained.best_checkpoint().name


def test_a_run_that_was_brought_in_is_replayed_and_forked(packed_once, elsewhere):
    folder = bring_in(packed_once, elsewhere)
    found = replay(folder)
    assert found.equal
    assert found.weights_equal
    point = find_fork_point(history_of(folder), epoch=2)
    fork = elsewhere.create(
        point.with_settings({"optim.lr": 0.01}), parent=folder.id, checkpoint=point.file
    )
    assert isinstance(execute(fork), Finished)
    assert history_of(fork).starts[0].step == point.step


def test_a_fork_takes_the_checkpoint_along_that_it_began_from(
    trained, elsewhere, config, tmp_path, store
):
    point = find_fork_point(history_of(trained), epoch=1)
    fork = store.create(point.config, parent=trained.id, checkpoint=point.file)
    execute(fork)
    packed = pack(fork, tmp_path / "fork.zip")
    assert packed.checkpoints[0] == "start.pt"
    folder = bring_in(packed.path, elsewhere)  # where its parent is not
    assert elsewhere.list()[0].parent == trained.id
    assert replay(folder).equal


def test_the_script_in_the_file_gives_the_losses_of_the_run(store, trained, tmp_path):
    point = find_fork_point(history_of(trained), epoch=1)
    fork = store.create(point.config, parent=trained.id, checkpoint=point.file)
    execute(fork)
    with zipfile.ZipFile(pack(fork, tmp_path / "fork.zip").path) as archive:
        archive.extractall(tmp_path / "out")
    words = [sys.executable, "script.py", "--losses", "losses.txt"]
    subprocess.run(words, cwd=tmp_path / "out" / fork.id, check=True, capture_output=True)
    losses = (tmp_path / "out" / fork.id / "losses.txt").read_text().split()
    history = history_of(fork)
    expected = history.steps[history.starts[0].step :]
    assert np.array(losses, dtype=np.float32).tobytes() == expected.tobytes()


def test_the_same_run_gives_the_same_bytes_again(trained, packed_once, tmp_path):
    again = pack(trained, tmp_path / "again.zip", ["all"]).path
    assert again.read_bytes() == packed_once.read_bytes()


def test_a_run_packed_again_where_it_was_brought_in_gives_the_same_bytes(
    packed_once, elsewhere, tmp_path
):
    folder = bring_in(packed_once, elsewhere)
    assert pack(folder, tmp_path / "b.zip", ["all"]).path.read_bytes() == packed_once.read_bytes()


def test_checkpoints_are_chosen(trained, tmp_path):
    def names(*which):
        return pack(trained, tmp_path / "run.zip", which).checkpoints

    every = tuple(path.name for path in trained.checkpoints())
    best = trained.best_checkpoint().name
    assert names("last") == every[-1:]
    assert set(names("last", "best")) == {best, every[-1]}
    assert names("all") == every
    assert names("0") == ("step-00000000.pt",)
    with pytest.raises(RunError, match="keeps no checkpoint of step 7: it has step-00000000"):
        names("7")
    for word in ("", "worst", "-1", "9" * 30, "²"):
        with pytest.raises(SettingsError, match="must be last, best, all or a step"):
            names(word)
    assert not list(tmp_path.glob(".*tmp"))


def test_nothing_of_this_machine_leaves_with_a_run(store, config, tmp_path):
    data = tmp_path / "my-data"
    folder = store.create(config.with_values({"data.root": str(data)}), name="mine")
    execute(folder)
    folder.error_path.write_text(f"at {tmp_path}")
    packed = pack(folder, tmp_path / "run.zip", ["all"])
    with zipfile.ZipFile(packed.path) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        texts = [archive.read(name) for name in archive.namelist() if not name.endswith(".pt")]
    kept = [name for name in names if not name.startswith("checkpoints/")]
    assert kept == ["config.json", "label.json", "script.py", "events.jsonl"]
    assert not [text for text in texts if str(tmp_path).encode() in text]


def test_name_tags_and_note_travel_along(store, elsewhere, config, tmp_path):
    folder = stopped_early(store.create(config, name="première"))
    set_tags(folder, ["wide", "été"])
    set_note(folder, "two\nlines")
    label = read_label(bring_in(pack(folder, tmp_path / "run.zip").path, elsewhere))
    assert label == read_label(folder)
    assert label.note == "two\nlines"


def test_a_run_whose_id_is_taken_gets_another(packed_once, elsewhere, trained):
    first, second = unpack(packed_once, elsewhere), unpack(packed_once, elsewhere)
    assert first.run == first.original == second.original == trained.id
    assert second.run != first.run
    assert second.run.startswith(trained.id[:15])
    assert len(elsewhere.list()) == 2
    delete(RunFolder(elsewhere.root / first.run))  # it may be restored
    assert unpack(packed_once, elsewhere).run not in (first.run, second.run)


def test_many_bring_the_same_run_in_at_once(packed_once, elsewhere):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(unpack(packed_once, elsewhere).run))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 6
    assert sorted(info.id for info in elsewhere.list()) == sorted(found)
    assert not list(elsewhere.root.glob(".unpacking*"))


def test_a_run_that_trains_is_packed_as_it_is_at_that_moment(store, elsewhere, training, tmp_path):
    folder = training(store)
    for number in range(5):
        packed = pack(folder, tmp_path / f"{number}.zip", ["last", "0"])
        copy = bring_in(packed.path, elsewhere)
        history = history_of(copy)
        assert history.state == "stopped"
        assert history.outcome.reason == "packed"
        assert history.damage is None
        assert history.step >= int(copy.last_checkpoint().stem[5:])
        theirs = history_of(folder).steps[: history.step]
        assert history.steps.tobytes() == theirs.tobytes()
    assert read_state(folder) == "running"
    ask_resume(copy, {"train.epochs": history.epochs_done + 2})
    assert isinstance(execute(copy), Finished)


def test_a_torn_last_line_and_damaged_ones_stay_behind(store, elsewhere, config, tmp_path):
    folder = stopped_early(store.create(config))
    whole = folder.events_path.read_bytes()
    folder.events_path.write_bytes(b"\x00\xff\n" + whole + b'{"event": "st')
    found = unpack(pack(folder, tmp_path / "run.zip").path, elsewhere)
    (notice,) = found.notices
    assert str(notice) == "Lines of its history that no run writes are left out: 1."
    history = history_of(RunFolder(elsewhere.root / found.run))
    assert history.damage is None
    assert history.step == history_of(folder).step


def test_a_run_that_has_not_begun_is_not_packed(store, config, tmp_path):
    with pytest.raises(RunError, match="has not begun: there is nothing to pack"):
        pack(store.create(config), tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()


def test_a_run_without_settings_is_packed_with_those_in_its_checkpoints(
    packed_once, elsewhere, tmp_path, store
):
    folder = bring_in(packed_once, store)
    before = folder.config
    folder.config_path.unlink()
    packed = pack(RunFolder(folder.path), tmp_path / "run.zip").path
    assert bring_in(packed, elsewhere).config == before


def test_a_renamed_folder_is_packed_under_an_id(trained, tmp_path, elsewhere):
    shutil.copytree(trained.path, tmp_path / "my run; it's mine")
    packed = pack(RunFolder(tmp_path / "my run; it's mine"), tmp_path / "run.zip").path
    assert bring_in(packed, elsewhere).id[:15] == trained.id[:15]


def test_a_file_that_cannot_be_written_is_said(trained, tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        pack(trained, tmp_path / "nowhere" / "run.zip")


def test_where_there_is_no_room_nothing_stays(packed_once, elsewhere, monkeypatch):
    real = os.fsync
    synced = []

    def full(descriptor):
        synced.append(descriptor)
        if len(synced) == 3:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left on device"):
        unpack(packed_once, elsewhere)
    assert list(elsewhere.root.iterdir()) == []
    monkeypatch.undo()
    assert unpack(packed_once, elsewhere)


def test_what_a_kill_left_goes_with_the_next_run(packed_once, elsewhere):
    left = elsewhere.root / ".unpacking-0123456789abcdef"
    (left / "checkpoints").mkdir(parents=True)
    (left / "config.json").write_text("{}")
    assert elsewhere.list() == []
    unpack(packed_once, elsewhere)
    assert not left.exists()
    assert len(elsewhere.list()) == 1


def test_settings_of_another_machine_do_not_come_along(packed_once, members, run_id, zipped, store):
    record = json.loads(members[f"{run_id}/config.json"])
    record["config"]["data"]["root"] = "/somewhere"
    record["config"]["train"] |= {"device": "cuda", "threads": 1024, "processes": 8}
    record["track"] = ["mlflow"]
    record["parent"] = {"run": "../../etc", "checkpoint": "../start.pt"}
    record["created"] = 9e10
    folder = bring_in(
        zipped(members | {f"{run_id}/config.json": json.dumps(record).encode()}), store
    )
    config = folder.config
    assert (config.data.root, config.train.device, config.train.threads) == ("", "auto", 0)
    assert config.train.processes == 1
    assert folder.meta["track"] == []
    assert folder.meta["parent"] is None
    assert folder.meta["created"] < 9e10
    assert isinstance(config, RunConfig)
    assert np.isfinite(folder.meta["created"])


def test_an_id_of_the_future_is_replaced(members, run_id, zipped, elsewhere):
    future = {name.replace(run_id, "99981231-235959-abcd"): c for name, c in members.items()}
    found = unpack(zipped(future), elsewhere)
    assert found.original == "99981231-235959-abcd"
    assert found.run < "9998"
    assert RunStore(elsewhere.root).create(RunConfig()).id[:15] >= found.run[:15]


def damaged(trained, tmp_path, *files):
    """A copy of the trained run whose files of these names are cut short."""
    folder = RunFolder(tmp_path / "runs" / trained.id)
    shutil.copytree(trained.path, folder.path)
    for file in files:
        os.truncate(folder.checkpoints_path / file, 1000)
    return folder


@pytest.mark.parametrize("which", ["last", "all"])
def test_a_damaged_checkpoint_is_not_packed(trained, tmp_path, which):
    *_, before, last = trained.checkpoints()
    folder = damaged(trained, tmp_path, last.name)
    target = tmp_path / "out" / "run.zip"
    target.parent.mkdir()
    with pytest.raises(RunError) as caught:
        pack(folder, target, [which])
    step = str(int(before.stem.removeprefix("step-")))
    assert str(caught.value).startswith(f"{last.name} of run {trained.id} cannot be packed: ")
    assert f"`mlcore pack {folder.path} --checkpoint {step}`" in str(caught.value)
    assert list(target.parent.iterdir()) == []
    assert pack(folder, target, [step]).checkpoints == (before.name,)


def test_an_empty_checkpoint_is_called_empty_and_a_packed_file_before_it_stays(trained, tmp_path):
    folder = damaged(trained, tmp_path)
    target = pack(folder, tmp_path / "run.zip").path
    content = target.read_bytes()
    os.truncate(folder.last_checkpoint(), 0)
    with pytest.raises(RunError, match="The file is empty"):
        pack(folder, target)
    assert target.read_bytes() == content


def test_without_a_sound_checkpoint_none_is_recommended(trained, tmp_path):
    folder = damaged(trained, tmp_path, *(path.name for path in trained.checkpoints()))
    with pytest.raises(RunError, match="Put a whole file in its place, or delete it"):
        pack(folder, tmp_path / "run.zip")


def test_the_damaged_file_that_a_run_began_from_cannot_be_left_out(trained, tmp_path):
    folder = damaged(trained, tmp_path)
    (folder.checkpoints_path / "start.pt").write_bytes(b"no checkpoint")
    with pytest.raises(RunError, match=r"^start\.pt .* Put a whole file in its place"):
        pack(folder, tmp_path / "run.zip", ["last"])
