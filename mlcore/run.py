"""`execute`: one run from its folder to its end. Read this first.

settings → signals and control log → device and threads → data → checkpoint → trainer
→ events → recorder, with checkpoints written along the way. Every other room does one of these
things and knows nothing of the rest.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mlcore import checkpoint, errors
from mlcore.commands import Command, Edit
from mlcore.config import RunConfig, changes_between
from mlcore.data import RawData, find_family
from mlcore.data.tensors import load
from mlcore.device import check_dtype, memory_of, resolve
from mlcore.errors import CheckpointError, DivergedError, MlcoreError, RunError
from mlcore.events import Event, Failed, Finished, Stopped
from mlcore.fitting import check_memory
from mlcore.initial_state import InitialState, initial_state_from
from mlcore.live import Live
from mlcore.parallel.launch import crew_of
from mlcore.runs import ControlLog, History, Recorder, RunFolder, read_state
from mlcore.runs.active.threads import threads_each
from mlcore.runs.record.checkpoint_manager import CheckpointManager
from mlcore.runs.record.folder import checkpoint_step
from mlcore.runs.record.messages import resume_advice
from mlcore.runs.record.recorder import record_late
from mlcore.runs.record.status import STATE_WORDS
from mlcore.runs.record.worker import WorkerRecord, write_worker
from mlcore.signals import shutdown_on_signals
from mlcore.trackers.tracking import Tracking
from mlcore.trainer import Trainer

if TYPE_CHECKING:
    from mlcore.parallel.crew import Crew

__all__ = ["execute"]

Read = Callable[[RunConfig], RawData | None]


def ignore(_: Event) -> None:
    """Observe nothing."""


def execute(
    folder: RunFolder,
    *,
    observe: Callable[[Event], None] = ignore,
    threads: int = 0,
    read: Read | None = None,
    crew: Crew | None = None,
) -> Event:
    """Train the run in `folder` to its end; what happens is recorded there.

    A run with checkpoints resumes from its last one, exactly. SIGTERM and Ctrl-C stop it as a
    command would, with a checkpoint.

    Args:
        folder: the run.
        observe: called with each event after it was recorded.
        threads: CPU threads where the settings leave them open, which the processes share that the
            settings ask for; 0: torch's own choice.
        read: gives the data set of some settings if it is in memory already.
        crew: the processes that train together, of which this one leads; None: as many as the
            settings ask for.

    Returns:
        How the run ended: `Finished`, `Stopped` or `Failed`.

    Raises:
        RunError: another process trains this run, nobody asked for a start (`ask_resume` does),
            or its history cannot be written.
    """
    with (
        Recorder(folder) as recorder,
        shutdown_on_signals(patient=crew is not None) as shutdown,
    ):
        if (state := read_state(folder)) != "queued":
            raise RunError(
                "Run {run} is {state}, and nobody has asked to resume it.",
                run=folder.id,
                state=MlcoreError(STATE_WORDS[state]),
            )
        control = ControlLog(folder)
        write_worker(
            folder.path,
            WorkerRecord.mine(
                events_from=recorder.offset, control_from=control.offset, threads=threads
            ),
        )

        def commands() -> Sequence[Command]:
            recorder.check()  # also while the run is paused and records nothing
            return control.poll() + shutdown.poll()

        def record(event: Event) -> None:
            recorder.record(event)
            observe(event)

        with Tracking(folder, recorder.offset) as tracking:
            last: Event | None = None
            try:
                config = folder.config
                each = threads_each(threads, config.train.processes if crew is None else 1)
                with crew_of(config, crew) as together:
                    for last in _events(folder, commands, recorder.sync, each, read, together):
                        record(last)
                        for trouble in tracking.poll(last):
                            record(trouble)
                assert last is not None
                ending = last
            except Exception as error:  # noqa: BLE001 (whatever it is, the run ends with a message)
                ending = _failed(last, _failure(folder, error))
                record(ending)
    for trouble in tracking.finish():  # nobody is kept from resuming the run meanwhile
        record_late(folder, trouble)
        observe(trouble)
    return ending


def _events(
    folder: RunFolder,
    commands: Callable[[], Sequence[Command]],
    sync: Callable[[], None],
    threads: int,
    read: Read | None,
    crew: Crew | None,
) -> Iterator[Event]:
    """All events of a run: those of the trainer, and each checkpoint as it is written."""
    initial = _initial_state(folder)
    config = initial.config
    device = resolve(config.train.device) if crew is None else crew.settle(config)
    check_dtype(config, device)
    family = find_family(config.data.name)
    images = family.train_images, family.test_images
    check_memory(config, len(family.classes), images, memory_of(device))
    if config.train.threads or threads:
        torch.set_num_threads(config.train.threads or threads)
    data = load(config.data, config.train.seed, device, read(config) if read else None)
    initial.check(data)
    if crew is not None:
        crew.begin(config, data.fingerprint, initial.state)

    pending = [Edit(changes=initial.changes)] if initial.changes else []
    live = Live(folder.path, data)

    def all_commands() -> Sequence[Command]:
        live.poll(trainer)
        return [*(pending.pop() for _ in pending[:]), *commands()]

    trainer = Trainer(
        config, data, device=device, state=initial.state, commands=all_commands, crew=crew
    )
    about = {key: getattr(data, key) for key in ("name", "fingerprint", "mean", "std", "classes")}

    def save(path: Path) -> None:
        sync()  # else a power cut could leave a checkpoint of steps that no history holds
        checkpoint.save(path, trainer.snapshot(), about)

    manager = CheckpointManager(
        folder,
        save,
        best=(initial.state or {}).get("best"),
    )
    for event in trainer.events():
        ended = isinstance(event, Finished | Stopped)
        if not ended:  # recorded before its checkpoint: a kill in between leaves no gap
            yield event
        if saved := manager.save_if_due(event):
            yield saved
        if ended:  # recorded after its checkpoint, which a reader of the end will look for
            live.finish(trainer)
            yield event


def _failed(last: Event | None, reason: MlcoreError) -> Failed:
    """The event of a failure after the last event that was recorded."""
    return Failed(
        step=last.step if last else 0,
        epoch=last.epochs_done if last else 0,
        message=str(reason),
        error=errors.to_json(reason),
    )


def _initial_state(folder: RunFolder) -> InitialState:
    """The last checkpoint; the edits that were made after it are made again, before all else."""
    last = folder.last_checkpoint()
    if last is None:
        initial = InitialState(config=folder.config)
    else:
        initial = initial_state_from(last, folder.config)
    has = {**initial.config.flat(), **initial.changes}
    lost = _edits_after(folder, max(0, checkpoint_step(last)) if last else 0)
    lost = {name: value for name, value in lost.items() if value != has[name]}
    return replace(initial, changes={**initial.changes, **lost})


def _edits_after(folder: RunFolder, step: int) -> Mapping[str, Any]:
    """What edits changed that were acknowledged and are in no checkpoint up to this step.

    Where the losses ended they may be the reason, so the run goes on without them.
    """
    history = History(folder)
    history.refresh()
    ending = history.outcome
    if isinstance(ending, Failed) and isinstance(ending.as_error(), DivergedError):
        return {}
    with contextlib.suppress(MlcoreError):  # tampered with: the run begins as its checkpoint says
        return changes_between(history.config_at(step), history.config)
    return {}


def _failure(folder: RunFolder, error: Exception) -> MlcoreError:
    """Why a run failed, for a person; faults of the program leave a traceback in error.log."""
    if isinstance(error, CheckpointError) and error.file is not None:
        return error.naming(error.file.name)
    if isinstance(error, MlcoreError):
        return error
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error):
        return RunError(
            "Memory ran out: choose a smaller batch size or fewer hidden units, set data.store to "
            "uint8, or end other programs; then {advice}.",
            advice=resume_advice(folder),
        )
    with contextlib.suppress(OSError):
        folder.error_path.write_text(traceback.format_exc(), encoding="utf-8")
    return RunError(
        "unexpected {kind}: {text}; "
        "this is a fault of the program, and error.log in the run's folder says where.",
        kind=type(error).__name__,
        text=str(error).rstrip("."),
    )
