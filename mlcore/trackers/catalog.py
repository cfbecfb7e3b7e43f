"""The trackers there are, and whether their packages are installed."""

from __future__ import annotations

import importlib.util
import os
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcore.errors import SettingsError
from mlcore.rules import list_words, nearest, shortened
from mlcore.words import N_

__all__ = ["TRACKERS", "Tracker", "check_trackers", "tracked_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """One tracker.

    Attributes:
        name: in the shell.
        title: for a person.
        help: where its figures are to be found, in a sentence.
        needs: packages that it takes beyond those of a plain installation.
    """

    name: str
    title: str
    help: str
    needs: tuple[str, ...]

    @property
    def lacking(self) -> SettingsError | None:
        """The error where a package that it needs is not installed."""
        missing = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if not missing:
            return None
        return SettingsError(
            '{title} needs {packages}: run `pip install -e ".[{name}]"` in the folder of the '
            "project.",
            title=self.title,
            packages=list_words(missing),
            name=self.name,
        )


TRACKERS: Mapping[str, Tracker] = types.MappingProxyType(
    {
        "tensorboard": Tracker(
            name="tensorboard",
            title="TensorBoard",
            help=N_("Event files in the folder `tensorboard` of the run."),
            needs=("tensorboard",),
        ),
        "mlflow": Tracker(
            name="mlflow",
            title="MLflow",
            help=N_(
                "The server that MLFLOW_TRACKING_URI names, else the file `mlflow/mlflow.db` "
                "beside the runs."
            ),
            needs=("mlflow", "sqlalchemy", "alembic"),
        ),
    }
)
"""Name → tracker."""


def check_trackers(names: Iterable[str]) -> tuple[str, ...]:
    """Names of trackers without repetitions, all of which can be used here.

    Raises:
        SettingsError: there is no such tracker, or a package that it needs is not installed.
    """
    kept = tuple(dict.fromkeys(names))
    for name in kept:
        if name not in TRACKERS:
            raise SettingsError(
                "There is no tracker {name!r}{hint}: use {trackers}.",
                name=shortened(name),
                hint=nearest(name, TRACKERS),
                trackers=list_words(TRACKERS, "or"),
            )
        if error := TRACKERS[name].lacking:
            raise error
    return kept


def tracked_at(name: str, run: Path) -> str:
    """Where a tracker's figures of a run are: the server that is named, else a file or folder.

    Args:
        name: of the tracker.
        run: the run's folder.
    """
    if name == "tensorboard":
        return str(run / "tensorboard")
    own = run.resolve().parent / "mlflow" / "mlflow.db"
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{own}"
