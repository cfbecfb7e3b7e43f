"""Every error a person can meet, as one tree.

    MlcoreError
    ├── SettingsError        a setting is unknown, out of range or contradicts another
    ├── DataError            a data set cannot be used
    │   ├── DataMissingError     it is not on disk (and could not be fetched)
    │   └── DataCorruptError     a file is there, but truncated or damaged
    ├── DeviceError          the device asked for is not on this machine
    ├── DivergedError        a loss became NaN or infinite
    ├── CheckpointError      a checkpoint file cannot be read, trusted or applied
    ├── ExportError          a model cannot be written in the form asked for
    ├── RunError             a run folder is missing, damaged or in the wrong state
    └── JobError             a worker process could not be started or died

Each message is one sentence: what is wrong, the value that caused it, and what to do next.
The command line prints it and exits with status 2; the page shows it in place.
"""

from __future__ import annotations

__all__ = [
    "CheckpointError",
    "DataCorruptError",
    "DataError",
    "DataMissingError",
    "DeviceError",
    "DivergedError",
    "ExportError",
    "JobError",
    "MlcoreError",
    "RunError",
    "SettingsError",
]


class MlcoreError(Exception):
    """Root of all errors that mlcore raises on purpose; `str(error)` is fit to be shown."""


class SettingsError(MlcoreError, ValueError):
    """A setting is unknown, out of range or contradicts another."""


class DataError(MlcoreError):
    """A data set cannot be used."""


class DataMissingError(DataError):
    """The files of a data set are not on disk, or could not be fetched."""


class DataCorruptError(DataError):
    """A file of a data set is truncated or damaged; the message names it."""


class DeviceError(MlcoreError):
    """The device asked for is not on this machine."""


class DivergedError(MlcoreError):
    """A training loss became NaN or infinite."""


class CheckpointError(MlcoreError):
    """A checkpoint file cannot be read, trusted or applied."""


class ExportError(MlcoreError):
    """A model cannot be written in the form that was asked for."""


class RunError(MlcoreError):
    """A run folder is missing, damaged, or in a state that does not allow what was asked."""


class JobError(MlcoreError):
    """A worker process could not be started, died, or did not answer in time."""
