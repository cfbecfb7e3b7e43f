"""What a run says while it runs: frozen events of plain numbers, and their JSON form.

Steps and epochs count from 1. Every event says how far the run was when it happened: `step`, the
optimisation steps done, and `epochs_done`, the whole epochs done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

from mlcore import errors
from mlcore.errors import MlcoreError

__all__ = [
    "EVENTS",
    "CheckpointSaved",
    "Continued",
    "EditRefused",
    "EpochDone",
    "Event",
    "Failed",
    "Finished",
    "Paused",
    "SettingsEdited",
    "Started",
    "StepsDone",
    "Stopped",
    "TrackerFailed",
    "from_json",
    "to_json",
]


class _EventBase:
    """What all events but `StepsDone` have in common."""

    __slots__ = ()
    epoch: int

    @property
    def epochs_done(self) -> int:
        """Whole epochs done."""
        return self.epoch


class _FaultBase(_EventBase):
    """An event that says what is wrong: in English, and apart from its values."""

    __slots__ = ()
    message: str
    error: Mapping[str, Any]

    def as_error(self) -> MlcoreError:
        """The sentence; English alone where the log is damaged, or of an earlier version."""
        with contextlib.suppress(ValueError):
            error = errors.from_json(self.error)
            if str(error) == self.message:
                return error
        return MlcoreError("{message}", message=self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(_EventBase):
    """Training is about to do its first step (again, when a run was resumed)."""

    kind: ClassVar[str] = "started"
    step: int  # steps done before, 0 for a new run
    epoch: int  # whole epochs done before
    steps_per_epoch: int
    epochs: int  # epochs asked for
    total_steps: int = 0  # of the whole run, this start's included; 0 in logs of earlier versions
    batch_size: int = 0  # images a step; 0 in logs of earlier versions
    device: str  # "cpu", "cuda:0", "mps"
    threads: int  # CPU threads torch uses
    parameters: int  # trainable numbers in the model
    train_images: int
    validation_images: int  # 0: none held out
    stepper: str = ""  # which implementation does the steps
    dtype: str = "float32"  # kind of numbers that it computes in, and of its losses
    processes: int = 1  # that train together, each with a part of every batch


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsDone:
    """A batch of consecutive step losses."""

    kind: ClassVar[str] = "steps"
    first: int  # number of the first step in `losses`
    losses: tuple[float, ...]  # mean loss of each step's batch
    epoch: int  # the current epoch, from 1

    @property
    def step(self) -> int:
        """Steps done: the number of the step that the last loss belongs to."""
        return self.first + len(self.losses) - 1

    @property
    def epochs_done(self) -> int:
        """Whole epochs done."""
        return self.epoch - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone(_EventBase):
    """One epoch is over and, where images are held out for it, validated."""

    kind: ClassVar[str] = "epoch"
    epoch: int  # the one that is over, from 1
    step: int
    train_loss: float  # mean of the epoch's step losses
    validation_loss: float | None
    validation_accuracy: float | None  # 0 to 1
    lr: float  # learning rate of the epoch's last step
    seconds: float  # training time of the epoch, validation left out
    images_per_second: float
    # Share of units that are 0 for every image, in the layer with most; None: not counted.
    dead_units: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsEdited(_EventBase):
    """Settings changed while the run trains; steps after `step` use the new ones."""

    kind: ClassVar[str] = "edited"
    step: int
    epoch: int
    changes: Mapping[str, Any]  # dotted setting → new value
    before: Mapping[str, Any]  # dotted setting → old value
    epochs: int = 0  # epochs asked for now; 0 in logs of earlier versions, as the next two
    steps_per_epoch: int = 0  # of the epochs to come
    total_steps: int = 0  # of the whole run


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRefused(_FaultBase):
    """An edit asked for something that cannot be; the run continues as it was."""

    kind: ClassVar[str] = "refused"
    step: int
    epoch: int
    changes: Mapping[str, Any]  # what was asked for
    message: str  # one sentence: which value, why not, and what can be edited
    # The same as `errors.to_json` has it; empty in logs of earlier versions.
    error: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(_EventBase):
    """A checkpoint is complete in the run's folder."""

    kind: ClassVar[str] = "checkpoint"
    step: int
    epoch: int
    file: str  # file name inside checkpoints/
    reason: str  # "initial", "epoch", "interval", "stopped", "paused", "finished"
    best: bool = False  # lowest validation loss (training loss without validation) so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(_EventBase):
    """The worker waits between two steps."""

    kind: ClassVar[str] = "paused"
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(_EventBase):
    """The worker trains again after a pause."""

    kind: ClassVar[str] = "continued"
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(_EventBase):
    """All epochs are done (or early stopping ended them) and the test set is evaluated."""

    kind: ClassVar[str] = "finished"
    step: int
    epoch: int
    test_loss: float
    test_accuracy: float  # 0 to 1
    seconds: float  # training time of this start, validation left out
    early: bool = False  # early stopping ended the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(_EventBase):
    """A person (or a shutdown, or a sweep) ended the run; its checkpoint is from this very step.

    One that was cancelled had not begun: it has no checkpoint of its own. One that was pruned is a
    trial that its sweep gave up.
    """

    kind: ClassVar[str] = "stopped"
    step: int
    epoch: int
    # of `Stop`, or "cancelled"; "packed": it trained on elsewhere
    reason: str = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_FaultBase):
    """The run ended by an error."""

    kind: ClassVar[str] = "failed"
    step: int
    epoch: int
    message: str  # one sentence: what happened, at which value, and what to do
    # The same as `errors.to_json` has it; empty in logs of earlier versions.
    error: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFailed(_FaultBase):
    """A tracker did not take what it was sent; the run itself lacks nothing."""

    kind: ClassVar[str] = "tracker"
    step: int
    epoch: int
    tracker: str  # "tensorboard", "mlflow"
    message: str  # one sentence: why, and what was not delivered
    error: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # as `errors.to_json` has it


Event = (
    Started
    | StepsDone
    | EpochDone
    | SettingsEdited
    | EditRefused
    | CheckpointSaved
    | Paused
    | Continued
    | Finished
    | Stopped
    | Failed
    | TrackerFailed
)

EVENTS: dict[str, type[Event]] = {kind.kind: kind for kind in get_args(Event)}


def _plain(value: Any) -> Any:
    """Strict JSON has no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def to_json(event: Event) -> dict[str, Any]:
    """The event as a JSON object; `"event"` names its kind. NaN and infinity become null."""
    fields = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {"event": event.kind, **{name: _plain(value) for name, value in fields.items()}}


def from_json(record: Mapping[str, Any]) -> Event | None:
    """The event of a JSON object, or None for a kind this version does not know.

    Keys that the kind does not have (a time stamp, say) are ignored.

    Raises:
        ValueError: a known kind lacks a field.
    """
    kind = EVENTS.get(str(record.get("event")))
    if kind is None:
        return None
    names = {field.name for field in dataclasses.fields(kind)}
    values = {name: value for name, value in record.items() if name in names}
    if kind is StepsDone:
        values["losses"] = tuple(
            math.nan if loss is None else float(loss) for loss in values.get("losses", ())
        )
    if not isinstance(values.get("error", {}), Mapping):
        del values["error"]  # `message` says the same
    for name, value in values.items():
        if not isinstance(value, _SHAPES[kind.kind][name]):
            raise ValueError(f"damaged {kind.kind!r} event: {name} is {value!r}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"damaged {kind.kind!r} event: {error}") from error


def _shape(hint: Any) -> Any:
    """What a field may be in JSON; null stands for a number that is not finite."""
    return (int, float, NoneType) if hint in (float, float | None) else get_origin(hint) or hint


_SHAPES: dict[str, dict[str, Any]] = {
    name: {
        field.name: _shape(get_type_hints(kind)[field.name]) for field in dataclasses.fields(kind)
    }
    for name, kind in EVENTS.items()
}
