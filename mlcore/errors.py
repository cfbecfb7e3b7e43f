"""Every error a person can meet, as one tree.

    MlcoreError
    ├── SettingsError        a setting is unknown, out of range or contradicts another
    ├── DataError            a data set cannot be used
    │   ├── DataMissingError     it is not on disk (and could not be fetched)
    │   └── DataCorruptError     a file is there, but truncated or damaged
    ├── DeviceError          the device asked for is not on this machine
    ├── DivergedError        a loss became NaN or infinite
    ├── CheckpointError      a checkpoint file cannot be read, trusted or applied
    ├── ImageError           an image cannot be read, or nothing is written on it
    ├── ExportError          a model cannot be written in the form asked for
    ├── RunError             a run folder is missing, damaged or in the wrong state
    │   └── SeveralRunsError     what was written is the beginning of several ids
    ├── JobError             a worker process could not be started or died
    └── Notice               what a person should know; it is shown, not raised

Each message is one sentence: what is wrong, the value that caused it, and what to do next.
The command line prints it and exits with status 2; the page shows it in place. A sentence and its
values are kept apart, so that a page can say it in another language.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

__all__ = [
    "CheckpointError",
    "DataCorruptError",
    "DataError",
    "DataMissingError",
    "DeviceError",
    "DivergedError",
    "ExportError",
    "ImageError",
    "JobError",
    "MlcoreError",
    "Notice",
    "RunError",
    "SettingsError",
    "SeveralRunsError",
    "from_json",
    "to_json",
]


_LONGEST = 1_000  # characters of a value
_NAME = re.compile(r"[A-Za-z_]\w*")
_SPEC = re.compile(r"(,|\.\d|\.\d\d)?[a-z%]?")  # how ours write numbers: no widths, no paddings


class MlcoreError(Exception):
    """Root of all errors that mlcore raises on purpose; `str(error)` is fit to be shown.

    Attributes:
        template: the sentence in English, with the names of values in braces.
        values: name → value; another error where a sentence quotes one.
    """

    def __init__(self, template: str = "", /, **values: Any) -> None:
        values = {name: _cut(value) for name, value in values.items()}
        super().__init__(template.format(**values) if values else template)
        self.template, self.values = template, values


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
    """A checkpoint file cannot be read, trusted or applied.

    Attributes:
        file: the one that is refused, if one is; the sentence need not name it, as who shows it
            knows what a person calls the file.
    """

    file: Path | None = None

    def naming(self, file: str | Path) -> CheckpointError:
        """The same with the file's name before the sentence, unless the sentence has it.

        Args:
            file: what a person calls it.
        """
        if str(file) in str(self):
            return self
        return CheckpointError("{file}: {error}", file=file, error=self)


class ImageError(MlcoreError):
    """An image cannot be read, or nothing is written on it."""


class ExportError(MlcoreError):
    """A model cannot be written in the form that was asked for."""


class RunError(MlcoreError):
    """A run folder is missing, damaged, or in a state that does not allow what was asked."""


class SeveralRunsError(RunError):
    """What was written is the beginning of several runs' ids; the message lists them."""


class JobError(MlcoreError):
    """A worker process could not be started, died, or did not answer in time."""


class Notice(MlcoreError):
    """What a person should know; it is shown, not raised."""


def to_json(error: MlcoreError) -> dict[str, Any]:
    """The error as a JSON object; `from_json` gives one with the same sentence back."""
    return {
        "type": type(error).__name__,
        "template": error.template,
        "values": {name: _plain(value) for name, value in error.values.items()},
    }


def from_json(record: Mapping[str, Any]) -> MlcoreError:
    """The error that `to_json` wrote; of the root's class where this version has no such class.

    Raises:
        ValueError: it is no such object.
    """
    kind = globals().get(str(record.get("type")))
    if not (isinstance(kind, type) and issubclass(kind, MlcoreError)):
        kind = MlcoreError
    try:
        values = {
            str(name): from_json(value) if isinstance(value, Mapping) else value
            for name, value in record["values"].items()
        }
        template = str(record["template"])
        _check_template(template)
        return kind(template, **values)
    except (AttributeError, LookupError, RecursionError, TypeError) as error:
        raise ValueError(f"damaged error: {record!r}") from error


def _check_template(template: str) -> None:
    """Refuse a sentence that would look into its values, or blow them up.

    Raises:
        ValueError: it names more than values, or fills a number up to some width.
    """
    for _, name, spec, _ in string.Formatter().parse(template):
        if name is not None and not (_NAME.fullmatch(name) and _SPEC.fullmatch(spec or "")):
            raise ValueError(f"damaged error: {template!r}")


def _cut(value: Any) -> Any:
    """A text or path as a sentence can hold it: one that would fill a screen is cut."""
    text = str(value) if isinstance(value, str | PurePath) else ""
    return value if len(text) <= _LONGEST else f"{text[:200]}… ({len(text):,} characters)"


def _plain(value: Any) -> Any:
    if isinstance(value, MlcoreError):
        return to_json(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
