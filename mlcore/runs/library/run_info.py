"""What a list of runs says of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlcore.config import RunConfig
from mlcore.data import CATALOG
from mlcore.events import Failed, Finished, Stopped
from mlcore.insight.intervals import accuracy_interval
from mlcore.runs.library.epoch_figures import read_epoch_figures
from mlcore.runs.library.label import read_label
from mlcore.runs.record.folder import RunFolder
from mlcore.runs.record.messages import lost_message
from mlcore.runs.record.status import State, read_status

__all__ = ["RunInfo", "read_run_info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One line of a list of runs."""

    id: str
    name: str  # empty when none was given
    tags: tuple[str, ...]
    note: str
    path: Path
    created: float  # unix seconds
    state: State
    config: RunConfig  # as the run was made
    parent: str | None  # id of the run it was forked from
    experiment: str | None = None  # id of the experiment that it was started in
    epoch: int  # whole epochs done
    epochs: int  # epochs asked for, edits included
    step: int  # steps done
    loss: float | None  # training loss of the last epoch, else of the last step
    validation_loss: float | None
    validation_accuracy: float | None  # 0 to 1
    test_accuracy: float | None  # 0 to 1
    message: str  # why it failed or was lost, or what of it is not known; else empty
    best_validation_accuracy: float | None = None  # 0 to 1, of all epochs
    best_epoch: int | None = None  # the epoch that reached it first
    seconds: float | None = None  # of training, over all epochs; validation left out
    images_per_second: float | None = None  # over all epochs
    edited: bool = False  # settings were changed while it trained; `config` has the first ones
    sweep: str | None = None  # id of the sweep that it is a trial of
    trial: int | None = None  # its number there, from 0
    ending: str = ""  # the reason of its `Stopped`, or the class of the error of its `Failed`

    @property
    def test_accuracy_interval(self) -> tuple[float, float] | None:
        """What the number of test images leaves open, at 95 %; None without a test accuracy."""
        if self.test_accuracy is None or not 0 <= self.test_accuracy <= 1:
            return None  # a record may say anything
        return accuracy_interval(self.test_accuracy, CATALOG[self.config.data.name].test_images)


def read_run_info(folder: RunFolder) -> RunInfo:
    """One run's line of a list.

    Raises:
        RunError: its settings cannot be read.
    """
    config, meta, now = folder.config, folder.meta, read_status(folder)
    last, outcome, label = now.last_epoch, now.outcome, read_label(folder)
    sweep = meta["sweep"] or {}
    failed = outcome.message if isinstance(outcome, Failed) else ""
    epochs = read_epoch_figures(folder.events_path)
    whole = isinstance(outcome, Finished) and not outcome.early  # an edit may have asked for fewer
    return RunInfo(
        id=folder.id,
        name=label.name,
        tags=label.tags,
        note=label.note,
        path=folder.path,
        created=meta["created"],
        state=now.state,
        config=config,
        parent=(meta["parent"] or {}).get("run"),
        experiment=meta["experiment"],
        epoch=now.epoch,
        epochs=now.epoch if whole else max(epochs.asked or config.train.epochs, now.epoch),
        step=now.step,
        loss=last.train_loss if last else now.loss,
        validation_loss=last.validation_loss if last else None,
        validation_accuracy=last.validation_accuracy if last else None,
        test_accuracy=outcome.test_accuracy if isinstance(outcome, Finished) else None,
        message=str(lost_message(folder))
        if now.state == "lost"
        else failed or str(folder.rebuilt or ""),
        best_validation_accuracy=epochs.best_accuracy,
        best_epoch=epochs.best_epoch,
        seconds=epochs.seconds,
        images_per_second=epochs.images_per_second,
        edited=epochs.edited,
        sweep=sweep.get("id"),
        trial=sweep.get("trial"),
        ending=_ending(outcome),
    )


def _ending(outcome: Finished | Stopped | Failed | None) -> str:
    if isinstance(outcome, Stopped):
        return outcome.reason
    return type(outcome.as_error()).__name__ if isinstance(outcome, Failed) else ""
