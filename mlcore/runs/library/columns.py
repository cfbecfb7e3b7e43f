"""What is known of each run, as columns of a table: to be shown, sorted, filtered and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mlcore.config import SETTINGS, Setting
from mlcore.errors import MlcoreError
from mlcore.rules import nearest, shortened
from mlcore.runs.library.run_info import RunInfo
from mlcore.words import N_

__all__ = [
    "COLUMNS",
    "Cell",
    "Column",
    "Kind",
    "differing",
    "find_column",
    "no_column",
    "sort_runs",
]

Cell = bool | int | float | str | tuple[int, ...] | tuple[str, ...] | None
"""What stands in a cell; None: nothing is known."""

Kind = Literal[
    "text",
    "tags",
    "choice",
    "switch",
    "sizes",
    "count",
    "number",
    "share",
    "seconds",
    "moment",
]
"""How a cell is written and compared: a share is 0 to 1, a moment is in unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        name: as it is typed in a condition and stands in the address: "best", "optim.lr".
        label: its heading, in English.
        kind: of its cells.
        read: the cell of a run.
        choices: the values that a choice can have.
        setting: it is a setting, as the run was made.
    """

    name: str
    label: str
    kind: Kind
    read: Callable[[RunInfo], Cell]
    choices: tuple[str, ...] = ()
    setting: bool = False


def find_column(word: str) -> Column | None:
    """The column that a person means, if any.

    Args:
        word: its name, a shorter one ("lr" for optim.lr) or its heading in English ("Images/s").
    """
    name = word.casefold()
    return COLUMNS.get(_SHORT.get(name, name)) or COLUMNS.get(_HEADED.get(name, ""))


def no_column(word: str) -> MlcoreError:
    """What is wrong with the name of a column, as a part of a sentence."""
    return MlcoreError(
        "there is no column {word!r}{hint}, but there are {some} and every setting, such as lr, "
        "optimizer or train.seed",
        word=shortened(word),
        hint=nearest(word.casefold(), [*COLUMNS, *_SHORT, *_HEADED]),
        some=", ".join(_FIGURES),
    )


def differing(runs: Iterable[RunInfo]) -> list[Column]:
    """The settings in which these runs differ, in the order of the settings."""
    listed = list(runs)
    return [
        column
        for column in COLUMNS.values()
        if column.setting and len({column.read(info) for info in listed}) > 1
    ]


def sort_runs(runs: Sequence[RunInfo], column: Column, *, descending: bool) -> list[RunInfo]:
    """The runs by a column; those of which nothing is known are last, equal ones as they were."""
    cells = [(column.read(info), info) for info in runs]
    known = sorted(
        (pair for pair in cells if pair[0] not in _NOTHING),
        key=lambda pair: _order(pair[0]),
        reverse=descending,
    )
    return [info for _, info in known] + [info for cell, info in cells if cell in _NOTHING]


def _order(cell: Cell) -> tuple[Any, ...]:
    items = cell if isinstance(cell, tuple) else (cell,)
    return tuple(item.casefold() if isinstance(item, str) else item for item in items)


def _setting(setting: Setting) -> Column:
    group, field = setting.group, setting.field

    def read(info: RunInfo) -> Cell:
        cell: Cell = getattr(getattr(info.config, group), field)
        return cell

    kinds: Mapping[object, Kind] = {bool: "switch", int: "count", float: "number", str: "text"}
    return Column(
        name=setting.name,
        label=setting.rule.label,
        kind="choice" if setting.choices else kinds.get(setting.kind, "sizes"),
        read=read,
        choices=setting.choices,
        setting=True,
    )


_FIGURES: Mapping[str, tuple[str, Kind, Callable[[RunInfo], Cell]]] = {
    "state": (N_("State"), "choice", lambda info: info.state),
    "name": (N_("Name"), "text", lambda info: info.name),
    "tag": (N_("Tags"), "tags", lambda info: info.tags),
    "epoch": (N_("Epochs done"), "count", lambda info: info.epoch),
    "best": (
        N_("Best validation"),
        "share",
        lambda info: info.best_validation_accuracy,
    ),
    "test": (N_("Test accuracy"), "share", lambda info: info.test_accuracy),
    "duration": (N_("Training time"), "seconds", lambda info: info.seconds),
    "pace": (N_("Images/s"), "number", lambda info: info.images_per_second),
    "note": (N_("Note"), "text", lambda info: info.note),
    "created": (N_("Created"), "moment", lambda info: info.created),
    "loss": (N_("Training loss"), "number", lambda info: info.loss),
    "validation_loss": (N_("Validation loss"), "number", lambda info: info.validation_loss),
    "validation_accuracy": (
        N_("Validation accuracy"),
        "share",
        lambda info: info.validation_accuracy,
    ),
    "best_epoch": (N_("Best epoch"), "count", lambda info: info.best_epoch),
    "step": (N_("Steps done"), "count", lambda info: info.step),
    "edited": (N_("Edited"), "switch", lambda info: info.edited),
    "experiment": (N_("Experiment"), "text", lambda info: info.experiment),
    "parent": (N_("Forked from"), "text", lambda info: info.parent),
    "run": (N_("Run"), "text", lambda info: info.id),
}

_NOTHING: tuple[Cell, ...] = (None, "", ())
_STATES = ("queued", "running", "paused", "finished", "stopped", "failed", "lost")

COLUMNS: Mapping[str, Column] = {
    name: Column(
        name=name, label=label, kind=kind, read=read, choices=_STATES if kind == "choice" else ()
    )
    for name, (label, kind, read) in _FIGURES.items()
} | {setting.name: _setting(setting) for setting in SETTINGS.values()}
"""Name → column: what a run came to, then every setting."""

_SHORT: Mapping[str, str] = {
    setting.field: setting.name for setting in SETTINGS.values() if setting.field not in COLUMNS
} | {
    "tags": "tag",
    "id": "run",
    "data": "data.name",
    "dataset": "data.name",
    "optimizer": "optim.name",
    "batch": "data.batch_size",
    "learning_rate": "optim.lr",
    "validation": "validation_accuracy",
    "test_accuracy": "test",
    "best_validation_accuracy": "best",
    "images_per_second": "pace",
    "seconds": "duration",
}
"""A shorter name → the column's; the field of a setting where no figure is called so."""

_HEADED: Mapping[str, str] = {column.label.casefold(): name for name, column in COLUMNS.items()}
"""A heading, in small letters → the column's name."""
