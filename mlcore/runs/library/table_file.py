"""The table of runs as a file for other programs: CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mlcore.errors import ExportError
from mlcore.runs.library.columns import COLUMNS, Cell
from mlcore.runs.library.run_info import RunInfo
from mlcore.words import as_text

__all__ = ["TABLE_FORMATS", "run_record", "table_file", "write_table"]

TABLE_FORMATS: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
"""Format, and suffix of its files → their media type."""

_NAMES = tuple(dict.fromkeys(("run", *COLUMNS)))
"""The columns of a file; the run's id first, as names may be empty."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that spreadsheets take for a formula."""


def table_file(runs: Sequence[RunInfo], form: str) -> bytes:
    """The table of some runs: a row a run, with all figures and settings.

    CSV and Parquet have a column each; JSON is a list of what `run_record` gives. In CSV, a text
    that a spreadsheet would take for a formula has an apostrophe before it.

    Args:
        runs: in the order of the rows.
        form: a key of `TABLE_FORMATS`.

    Raises:
        ExportError: Parquet needs a package that is not installed.
    """
    if form == "json":
        records = [run_record(info) for info in runs]
        return json.dumps(records, ensure_ascii=False, indent=1).encode() + b"\n"
    columns = [COLUMNS[name] for name in _NAMES]
    rows = [[column.read(info) for column in columns] for info in runs]
    return write_table({column.name: column.kind for column in columns}, rows, form)


def run_record(info: RunInfo) -> dict[str, Any]:
    """A run as a JSON object, its settings in groups."""
    return {
        "run": info.id,
        "name": info.name,
        "tags": list(info.tags),
        "note": info.note,
        "folder": str(info.path),
        "state": info.state,
        "created": info.created,
        "parent": info.parent,
        "experiment": info.experiment,
        "sweep": info.sweep,
        "trial": info.trial,
        "epoch": info.epoch,
        "epochs": info.epochs,
        "step": info.step,
        "loss": info.loss,
        "validation_loss": info.validation_loss,
        "validation_accuracy": info.validation_accuracy,
        "best_validation_accuracy": info.best_validation_accuracy,
        "best_epoch": info.best_epoch,
        "test_accuracy": info.test_accuracy,
        "test_accuracy_interval": info.test_accuracy_interval,
        "seconds": info.seconds,
        "images_per_second": info.images_per_second,
        "message": info.message,
        "settings": info.config.to_json(),
    }


def write_table(kinds: Mapping[str, str], rows: Sequence[Sequence[Cell]], form: str) -> bytes:
    """A table as CSV or Parquet; in CSV, a text that looks like a formula has an apostrophe.

    Args:
        kinds: name of a column → its kind, as a `Column` has it.
        rows: a cell for each column; a moment in seconds since 1970.
        form: "csv" or "parquet".

    Raises:
        ExportError: Parquet needs a package that is not installed.
    """
    return _csv(kinds, rows) if form == "csv" else _parquet(kinds, rows)


def _csv(kinds: Mapping[str, str], rows: Iterable[Sequence[Cell]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(kinds)
    writer.writerows(
        [_csv_cell(kind, cell) for kind, cell in zip(kinds.values(), row, strict=True)]
        for row in rows
    )
    return stream.getvalue().encode()


def _csv_cell(kind: str, cell: Cell) -> bool | int | float | str:
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return " ".join(map(str, cell))
    if isinstance(cell, bool):
        return as_text(cell)
    if kind == "moment" and isinstance(cell, float):
        return _moment(cell).isoformat(timespec="seconds")
    text = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"'{cell}" if text else cell


def _parquet(kinds: Mapping[str, str], rows: Sequence[Sequence[Cell]]) -> bytes:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ExportError(
            "Parquet needs the package pyarrow, which is not installed: choose csv or json."
        ) from error
    types = {
        "tags": pa.list_(pa.string()),
        "sizes": pa.list_(pa.int64()),
        "switch": pa.bool_(),
        "count": pa.int64(),
        "moment": pa.timestamp("ms", "UTC"),
    } | dict.fromkeys(("number", "share", "seconds"), pa.float64())
    table = pa.table(
        {
            name: pa.array(
                [_parquet_cell(kind, row[index]) for row in rows], types.get(kind, pa.string())
            )
            for index, (name, kind) in enumerate(kinds.items())
        }
    )
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    return stream.getvalue()


def _parquet_cell(kind: str, cell: Cell) -> object:
    if kind == "moment" and isinstance(cell, float):
        return _moment(cell)
    return list(cell) if isinstance(cell, tuple) else cell


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
