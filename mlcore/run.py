"""`execute`: one run from its folder to its end. Read this first.

settings → signals and control log → device and threads → data → checkpoint → trainer
→ events → recorder, with checkpoints written along the way. Every other room does one of these
things and knows nothing of the rest.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator, Sequence

import torch

from mlcore import checkpoint
from mlcore.beginning import Beginning, begin_from
from mlcore.commands import Command, Edit
from mlcore.config import RunConfig
from mlcore.data import RawData
from mlcore.data.tensors import load
from mlcore.device import resolve
from mlcore.errors import MlcoreError, RunError
from mlcore.events import Event, Failed, Finished, Stopped
from mlcore.runs import ControlLog, Recorder, RunFolder, read_state
from mlcore.runs.record.keeper import Keeper
from mlcore.runs.record.messages import way_on
from mlcore.runs.record.signals import shutdown_on_signals
from mlcore.runs.record.worker import WorkerRecord, write_worker
from mlcore.trainer import Trainer

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
) -> Event:
    """Train the run in `folder` to its end; what happens is recorded there.

    A run with checkpoints goes on from its last one, exactly. SIGTERM and Ctrl-C stop it as a
    command would, with a checkpoint.

    Args:
        folder: the run.
        observe: called with each event after it was recorded.
        threads: CPU threads where the settings leave them open; 0: torch's own choice.
        read: gives the data set of some settings where it lies in memory already.

    Returns:
        How the run ended: `Finished`, `Stopped` or `Failed`.

    Raises:
        RunError: another process trains this run, nobody asked for a start (`ask_resume` does),
            or its history cannot be written.
    """
    with Recorder(folder) as recorder, shutdown_on_signals() as shutdown:
        if (state := read_state(folder)) != "queued":
            raise RunError(f"Run {folder.id} is {state}, and nobody has asked it to go on.")
        control = ControlLog(folder)
        write_worker(
            folder.path,
            WorkerRecord.mine(
                events_from=recorder.offset, control_from=control.heeded, threads=threads
            ),
        )

        def commands() -> Sequence[Command]:
            recorder.check()  # also while the run is paused and says nothing
            return control.poll() + shutdown.poll()

        last: Event | None = None
        try:
            for event in _events(folder, commands, threads, read):
                recorder.record(event)
                last = event
                observe(event)
            return event
        except Exception as error:  # noqa: BLE001 (whatever it is, the run says so and ends)
            message = _sentence(folder, error)
        failed = Failed(
            step=last.step if last else 0, epoch=last.epochs_done if last else 0, message=message
        )
        recorder.record(failed)
        observe(failed)
        return failed


def _events(
    folder: RunFolder,
    commands: Callable[[], Sequence[Command]],
    threads: int,
    read: Read | None,
) -> Iterator[Event]:
    """All that a run says: the trainer's events, and each checkpoint as it is written."""
    last = folder.last_checkpoint()
    begin = Beginning(config=folder.config) if last is None else begin_from(last, folder.config)
    config = begin.config
    device = resolve(config.train.device)
    if config.train.threads or threads:
        torch.set_num_threads(config.train.threads or threads)
    data = load(config.data, config.train.seed, device, read(config) if read else None)
    begin.check(data)

    first = [Edit(changes=begin.changes)] if begin.changes else []

    def asked() -> Sequence[Command]:
        return [*(first.pop() for _ in first[:]), *commands()]

    trainer = Trainer(config, data, device=device, state=begin.state, commands=asked)
    about = {key: getattr(data, key) for key in ("name", "fingerprint", "mean", "std", "classes")}
    keeper = Keeper(
        folder,
        lambda path: checkpoint.save(path, trainer.snapshot(), about),
        best=(begin.state or {}).get("best"),
    )
    for event in trainer.events():
        ended = isinstance(event, Finished | Stopped)
        if not ended:  # recorded before its checkpoint: a kill in between leaves no gap
            yield event
        if saved := keeper.keep(event):
            yield saved
        if ended:  # whoever reads that the run ended finds its checkpoint there
            yield event


def _sentence(folder: RunFolder, error: Exception) -> str:
    """Why a run failed, for a person; faults of the program leave a traceback in error.log."""
    if isinstance(error, MlcoreError):
        return str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error):
        return (
            "Memory ran out: choose a smaller batch size or fewer hidden units, set data.store to "
            f"uint8, or end other programs; then {way_on(folder)}."
        )
    with contextlib.suppress(OSError):
        folder.error_path.write_text(traceback.format_exc(), encoding="utf-8")
    return (
        f"unexpected {type(error).__name__}: {str(error).rstrip('.')}; "
        "this is a fault of the program, and error.log in the run's folder says where."
    )
