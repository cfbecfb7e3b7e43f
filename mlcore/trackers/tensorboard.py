"""TensorBoard's event files, written record by record so that a full disk is noticed at once."""

from __future__ import annotations

import errno
import io
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence

from tensorboard.compat.proto.event_pb2 import Event as Record
from tensorboard.compat.proto.event_pb2 import SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams.metadata import (
    PLUGIN_DATA_VERSION,
    PLUGIN_NAME,
    SESSION_START_INFO_TAG,
)
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionStartInfo
from tensorboard.summary.writer.record_writer import RecordWriter

from mlcore.config import RunConfig
from mlcore.events import EpochDone, Finished, Started, StepsDone
from mlcore.runs import RunFolder
from mlcore.trackers.writer import TimedEvent
from mlcore.words import setting_text

__all__ = ["TensorBoardWriter"]

_VERSION = "brain.Event:2"


class TensorBoardWriter:
    """Event files in `tensorboard/` of a run's folder; a new one after each fault.

    Step losses come as the mean of each batch of them, some twenty points a second at most;
    everything is over the number of the step.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._path = folder.path / "tensorboard"
        self._file: io.FileIO | None = None
        self._count = 0

    def write(self, events: Sequence[TimedEvent]) -> None:
        """Append the figures of these events.

        Raises:
            OSError: they cannot be written.
        """
        if self._file is None:
            self._open()
        assert self._file is not None
        buffer = io.BytesIO()
        records = RecordWriter(buffer)
        for event, when in events:
            for record in _records(event, when):
                records.write(record.SerializeToString())
        try:
            _write(self._file, buffer)
        except OSError:
            self._file.close()
            self._file = None  # its end may be torn, and nothing after that would be read
            raise

    def end(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        """Begin a file, with the settings of the run."""
        self._path.mkdir(exist_ok=True)
        self._count += 1
        now = time.time()
        name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{os.getpid()}"
        path = self._path / f"{name}.{self._count}"
        buffer = io.BytesIO()
        records = RecordWriter(buffer)
        records.write(Record(wall_time=now, file_version=_VERSION).SerializeToString())
        about = Summary(value=[_settings(self._folder.config)])
        records.write(Record(wall_time=now, summary=about).SerializeToString())
        file = io.FileIO(path, "x")
        try:
            _write(file, buffer)
        except OSError:
            file.close()
            path.unlink()
            raise
        self._file = file


def _write(file: io.FileIO, buffer: io.BytesIO) -> None:
    """Append all of it, in one write.

    Raises:
        OSError: the disk took only a part, or nothing.
    """
    content = buffer.getbuffer()
    if file.write(content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _settings(config: RunConfig) -> Summary.Value:
    """The run's settings, for the tab of hyperparameters."""
    start = SessionStartInfo()
    for name, value in config.flat().items():
        if name == "data.root":
            continue
        if isinstance(value, bool):
            start.hparams[name].bool_value = value
        elif isinstance(value, int | float):
            start.hparams[name].number_value = value
        else:
            start.hparams[name].string_value = setting_text(value)
    content = HParamsPluginData(version=PLUGIN_DATA_VERSION, session_start_info=start)
    plugin = SummaryMetadata.PluginData(
        plugin_name=PLUGIN_NAME, content=content.SerializeToString()
    )
    metadata = SummaryMetadata(plugin_data=plugin)
    return Summary.Value(tag=SESSION_START_INFO_TAG, metadata=metadata)


def _records(event: object, when: float) -> Iterator[Record]:
    match event:
        case Started():  # what an earlier start wrote of later steps no longer counts
            session = SessionLog(status=SessionLog.START)
            yield Record(wall_time=when, step=event.step + 1, session_log=session)
        case StepsDone():
            mean = sum(event.losses) / len(event.losses)
            yield _scalars(event.step, when, {"loss/steps": mean})
        case EpochDone():
            yield _scalars(
                event.step,
                when,
                {
                    "loss/train": event.train_loss,
                    "loss/validation": event.validation_loss,
                    "accuracy/validation": event.validation_accuracy,
                    "learning rate": event.lr,
                    "images per second": event.images_per_second,
                },
            )
        case Finished():
            test = {"loss/test": event.test_loss, "accuracy/test": event.test_accuracy}
            yield _scalars(event.step, when, test)


def _scalars(step: int, when: float, values: Mapping[str, float | None]) -> Record:
    found = [
        Summary.Value(tag=tag, simple_value=value)
        for tag, value in values.items()
        if value is not None
    ]
    return Record(wall_time=when, step=step, summary=Summary(value=found))
