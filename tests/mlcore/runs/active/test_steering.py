"""What is asked of a run is answered by the first fitting event since."""

from __future__ import annotations

import pytest

from mlcore.commands import Continue, Edit, Pause, RunSteps, Stop
from mlcore.events import (
    Continued,
    EditRefused,
    Failed,
    Paused,
    SettingsEdited,
    Stopped,
)
from mlcore.runs import ControlLog, Request, read_state
from mlcore.runs.record.worker import WorkerRecord, write_worker

PAUSED = Paused(step=5, epoch=0)
CONTINUED = Continued(step=5, epoch=0)
STOPPED = Stopped(step=5, epoch=0)
EDITED = SettingsEdited(step=5, epoch=0, changes={"optim.lr": 0.1}, before={"optim.lr": 0.2})
OTHER = SettingsEdited(step=5, epoch=0, changes={"optim.lr": 0.3}, before={"optim.lr": 0.2})
REFUSED = EditRefused(step=5, epoch=0, changes={"optim.lr": 0.1}, message="no")


@pytest.mark.parametrize(
    ("command", "events", "answer"),
    [
        (Pause(), (CONTINUED, PAUSED), PAUSED),
        (Continue(), (PAUSED, CONTINUED), CONTINUED),
        (RunSteps(count=2), (CONTINUED, PAUSED), PAUSED),
        (Stop(), (PAUSED, STOPPED), STOPPED),
        (Pause(), (STOPPED, PAUSED), STOPPED),
        (Edit(changes={"optim.lr": 0.1}), (OTHER, PAUSED, EDITED), EDITED),
        (Edit(changes={"optim.lr": 0.1}), (REFUSED, EDITED), REFUSED),
    ],
)
def test_the_first_fitting_event_is_the_answer(
    folder, record, started, steps, command, events, answer
):
    record(folder, started(), steps(1, 5), PAUSED, CONTINUED, EDITED)
    request = Request(folder, command)
    assert ControlLog(folder).poll() == [command]
    assert request.answer() is None
    record(folder, *events)
    assert request.answer() == request.wait(0) == answer


def test_the_loss_of_the_last_step_is_known(folder, record, started, steps):
    record(folder, started(), steps(1, 5), PAUSED)
    request = Request(folder, RunSteps())
    record(folder, CONTINUED, steps(6, 7), Paused(step=7, epoch=0))
    assert request.wait(0) == Paused(step=7, epoch=0)
    assert request.loss == 7.5


def test_waiting_ends_when_the_time_is_over_or_the_worker_is_gone(folder, record, started):
    write_worker(folder.path, WorkerRecord.mine())
    record(folder, started())
    assert Request(folder, Pause()).wait(0.01) is None
    write_worker(folder.path, WorkerRecord(pid=2**31 - 1, identity="gone"))
    assert read_state(folder) == "lost"
    assert Request(folder, Pause()).wait() is None


def test_a_run_that_failed_says_so(folder, record, started):
    request = Request(folder, Pause())
    failed = Failed(step=0, epoch=0, message="No images.")
    record(folder, started(), failed)
    assert request.wait() == failed
