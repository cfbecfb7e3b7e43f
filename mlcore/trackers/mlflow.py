"""MLflow, by its client: figures of each epoch, settings, tags, and checkpoints at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_SECONDS = 8  # that an answer may take; no second try: the mirror tries again
os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": str(_SECONDS),
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}

from mlflow.entities import Metric, Param, RunTag  # noqa: E402 (it reads the variables above)
from mlflow.tracking import MlflowClient  # noqa: E402

from mlcore.events import EpochDone, Event, Failed, Finished, Stopped  # noqa: E402
from mlcore.runs import RunFolder  # noqa: E402
from mlcore.runs.library.label import read_label  # noqa: E402
from mlcore.trackers.catalog import tracked_at  # noqa: E402
from mlcore.trackers.writer import TimedEvent  # noqa: E402
from mlcore.words import setting_text  # noqa: E402

__all__ = ["MlflowWriter"]

_EXPERIMENT = "mlcore"
_TAG = "mlcore.run"
_BATCH = 900  # metrics in one request; MLflow takes 1,000
_ENDS = {Finished: "FINISHED", Stopped: "KILLED", Failed: "FAILED"}


class MlflowWriter:
    """One MLflow run for each run, found again by its tag when the run is resumed.

    Where MLFLOW_TRACKING_URI names no server or file, figures go to `mlflow/mlflow.db` beside the
    runs.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._client: MlflowClient | None = None
        self._run = ""
        self._outcome = "FAILED"  # where the run's process dies without a word

    def write(self, events: Sequence[TimedEvent]) -> None:
        """Send the figures of these events.

        Raises:
            MlflowException: the server does not take them.
        """
        client = self._opened()
        metrics = [metric for event, when in events for metric in _metrics(event, when)]
        for first in range(0, len(metrics), _BATCH):
            client.log_batch(self._run, metrics=metrics[first : first + _BATCH])
        for event, _ in events:
            self._outcome = _ENDS.get(type(event), self._outcome)

    def end(self) -> None:
        """Send the last and the best checkpoint, and how the run ended."""
        client = self._opened()
        files = (self._folder.last_checkpoint(), self._folder.best_checkpoint())
        for path in dict.fromkeys(file for file in files if file is not None):
            client.log_artifact(self._run, str(path), "checkpoints")
        client.set_terminated(self._run, self._outcome)

    def _opened(self) -> MlflowClient:
        """The client, once its run is there."""
        if self._client is None:
            client = MlflowClient(_address(self._folder.path))
            self._run = self._find(client) or self._create(client)
            self._client = client
        return self._client

    def _find(self, client: MlflowClient) -> str:
        """The run that is there already, as this one was resumed; else empty."""
        experiment = client.get_experiment_by_name(_EXPERIMENT)
        if experiment is None:
            return ""
        wanted = f"tags.`{_TAG}` = '{self._folder.id}'"
        found = client.search_runs([experiment.experiment_id], wanted, max_results=1)
        for run in found:
            client.update_run(run.info.run_id, status="RUNNING")
            return str(run.info.run_id)
        return ""

    def _create(self, client: MlflowClient) -> str:
        folder, label = self._folder, read_label(self._folder)
        experiment = client.get_experiment_by_name(_EXPERIMENT)
        place = None
        if not os.environ.get("MLFLOW_TRACKING_URI"):
            place = (_own(folder.path.parent) / "artifacts").as_uri()
        number = (
            experiment.experiment_id
            if experiment
            else client.create_experiment(_EXPERIMENT, artifact_location=place)
        )
        tags = {_TAG: folder.id, "data": folder.config.data.name}
        tags |= {f"tag.{tag}": "true" for tag in label.tags}
        if parent := (folder.meta["parent"] or {}).get("run"):
            tags["parent"] = parent
        run = client.create_run(number, tags=tags, run_name=label.name or folder.id)
        settings = [
            Param(name, setting_text(value))
            for name, value in folder.config.flat().items()
            if name != "data.root"
        ]
        note = [RunTag("mlflow.note.content", label.note)] if label.note else []
        client.log_batch(run.info.run_id, params=settings, tags=note)
        return str(run.info.run_id)


def _metrics(event: Event, when: float) -> Iterator[Metric]:
    match event:
        case EpochDone():
            values = {
                "train_loss": event.train_loss,
                "validation_loss": event.validation_loss,
                "validation_accuracy": event.validation_accuracy,
                "learning_rate": event.lr,
                "images_per_second": event.images_per_second,
                "epoch_seconds": event.seconds,
            }
        case Finished():
            values = {"test_loss": event.test_loss, "test_accuracy": event.test_accuracy}
        case _:
            return
    stamp = int(1000 * (when or time.time()))
    for name, value in values.items():
        if value is not None:
            yield Metric(name, value, stamp, event.epoch)


def _address(run: Path) -> str:
    """The server or file: the variable MLFLOW_TRACKING_URI, else a file beside the runs."""
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        _own(run.parent).mkdir(exist_ok=True)
    return tracked_at("mlflow", run)


def _own(runs: Path) -> Path:
    return runs.resolve() / "mlflow"
