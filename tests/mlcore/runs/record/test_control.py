"""Commands reach the worker that they were meant for."""

import pytest

from mlcore.commands import Continue, Edit, Pause, Stop
from mlcore.config import RunConfig
from mlcore.errors import RunError, SettingsError
from mlcore.events import CheckpointSaved, Finished, SettingsEdited, Started, Stopped
from mlcore.run import execute
from mlcore.runs import ControlLog, History, RunStore, ask_resume, ask_start, read_state, send
from mlcore.runs.record.folder import checkpoint_name
from mlcore.runs.record.lines import append_line
from mlcore.runs.record.messages import resume_advice

FINISHED = Finished(step=9, epoch=5, test_loss=0.1, test_accuracy=0.9, seconds=1.0)


def test_commands_arrive_in_order_and_once(folder):
    log = ControlLog(folder)
    assert log.poll() == []
    send(folder, Pause())
    send(folder, Edit(changes={"optim.lr": 0.1}))
    assert log.poll() == [Pause(), Edit(changes={"optim.lr": 0.1})]
    assert log.poll() == []
    send(folder, Continue())
    assert log.poll() == [Continue()]


def test_what_was_asked_before_the_worker_began_is_heeded(folder):
    send(folder, Pause())
    assert ControlLog(folder).poll() == [Pause()]


def test_only_what_stands_behind_the_last_start_is_heeded(folder):
    send(folder, Stop())
    ask_start(folder)
    send(folder, Edit(changes={"train.epochs": 7}))
    log = ControlLog(folder)
    assert log.poll() == [Edit(changes={"train.epochs": 7})]
    assert log.offset == folder.control_path.stat().st_size


def test_lines_that_are_no_command_are_passed_over(folder):
    append_line(folder.control_path, {"command": "dance"})
    append_line(folder.control_path, {"hello": 1})
    send(folder, Stop())
    log = ControlLog(folder)
    assert log.poll() == [Stop()]
    assert log.refused == 2


def test_resuming_makes_an_ended_run_queued(folder, record):
    record(folder, Stopped(step=9, epoch=1))
    assert read_state(folder) == "stopped"
    ask_resume(folder, {"train.epochs": 8})
    assert read_state(folder) == "queued"
    assert ControlLog(folder).poll() == [Edit(changes={"train.epochs": 8})]


def test_asking_twice_leaves_one_start(folder, record):
    record(folder, Stopped(step=9, epoch=1))
    ask_resume(folder)
    ask_resume(folder)
    assert folder.control_path.read_text().count('"start"') == 1


def test_a_finished_run_needs_more_epochs(folder, record):
    record(folder, FINISHED)
    with pytest.raises(RunError, match="more epochs"):
        ask_resume(folder)
    assert read_state(folder) == "finished"
    ask_resume(folder, {"train.epochs": 8})
    assert read_state(folder) == "queued"


def test_edits_made_before_count_when_changes_are_checked(folder, record):
    before = {"optim.momentum": 0.0}
    edit = SettingsEdited(step=9, epoch=1, changes={"optim.momentum": 0.9}, before=before)
    record(folder, edit, Stopped(step=9, epoch=1))
    ask_resume(folder, {"optim.nesterov": True})
    assert read_state(folder) == "queued"


def test_a_fixed_setting_cannot_change_on_resume(folder, record):
    record(folder, Stopped(step=9, epoch=1))
    with pytest.raises(SettingsError, match="is fixed"):
        ask_resume(folder, {"model.hidden": [8]})
    assert read_state(folder) == "stopped"


def test_a_change_that_is_refused_starts_nothing(folder, record):
    record(folder, Stopped(step=9, epoch=1))
    with pytest.raises(SettingsError, match=r"optim\.lr"):
        ask_resume(folder, {"optim.lr": -1})
    assert read_state(folder) == "stopped"


def test_a_resume_and_its_changes_are_one_line(folder, record):
    record(folder, Stopped(step=9, epoch=1))
    ask_resume(folder, {"optim.lr": 0.5})
    assert folder.control_path.read_text().count("\n") == 1
    assert ControlLog(folder).poll() == [Edit(changes={"optim.lr": 0.5})]


@pytest.mark.parametrize(
    "line",
    [
        '{"command": "edit", "changes": {"optim.lr": ' + "9" * 400 + "}}",
        '{"command": "edit", "changes": ' + '{"a": ' * 900 + "1" + "}" * 901,
        '{"command": "edit", "changes": {"optim.lr": Infinity}}',
        '{"command": "stop", "reason": 5}',
        '{"command": "steps", "count": null}',
        "\x00\xff",
    ],
)
def test_a_line_that_is_no_command_ends_and_stops_no_run(tmp_path, line):
    small = {"data.name": "digits", "data.train_limit": 200, "model.hidden": [4]}
    settings = {**small, "train.epochs": 3, "train.device": "cpu", "train.threads": 1}
    folder = RunStore(tmp_path).create(RunConfig.from_flat(settings))
    asked = []

    def observe(event):
        if isinstance(event, Started):
            asked.append(event)
            with folder.control_path.open("a", encoding="latin-1") as log:
                log.write(line + "\n")

    event = execute(folder, observe=observe)
    assert (event.kind, event.epoch, len(asked)) == ("finished", 3, 1)
    assert read_state(folder) == "finished"
    history = History(folder)
    history.refresh()
    assert history.message == ""


def saved(folder, step, *, kept):
    """The event of a checkpoint, with its file where it is kept."""
    file = folder.checkpoints_path / checkpoint_name(step)
    if kept:
        file.write_bytes(b"whole")
    return CheckpointSaved(step=step, epoch=1, file=file.name, reason="epoch", best=True)


@pytest.mark.parametrize("ending", [Stopped(step=9, epoch=1), FINISHED, None])
@pytest.mark.parametrize("folder_too", [False, True])
def test_a_run_whose_checkpoints_are_gone_is_not_trained_from_its_first_step(
    folder, record, started, steps, ending, folder_too
):
    record(folder, started(), steps(1, 9), saved(folder, 9, kept=False))
    if ending is not None:
        record(folder, ending)
    if folder_too:
        folder.checkpoints_path.rmdir()
    before = folder.events_path.read_bytes()
    with pytest.raises(RunError, match=r"are gone, and it had trained up to step 9: start a new"):
        ask_resume(folder, {"train.epochs": 8})
    assert not folder.control_path.exists() or b"start" not in folder.control_path.read_bytes()
    assert folder.events_path.read_bytes() == before
    assert "its checkpoints are gone" in str(resume_advice(folder))


def test_a_run_that_was_killed_before_its_first_checkpoint_starts_again(
    folder, record, started, steps
):
    record(folder, started(), steps(1, 9), Stopped(step=9, epoch=0))
    ask_resume(folder)
    assert read_state(folder) == "queued"


def test_one_checkpoint_that_is_left_is_enough(folder, record, started, steps):
    record(
        folder, started(), steps(1, 9), saved(folder, 3, kept=True), saved(folder, 9, kept=False)
    )
    record(folder, Stopped(step=9, epoch=1))
    ask_resume(folder)
    assert read_state(folder) == "queued"


def test_a_run_without_the_file_that_it_begins_from_is_not_begun_at_random(store, record, tmp_path):
    file = tmp_path / "mine.pt"
    file.write_bytes(b"whole")
    folder = store.create(RunConfig(), checkpoint=file)
    record(folder, Stopped(step=0, epoch=0))
    next(folder.checkpoints_path.iterdir()).unlink()
    with pytest.raises(RunError, match="begins from is gone"):
        ask_resume(folder)
