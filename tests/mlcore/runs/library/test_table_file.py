from __future__ import annotations

import csv
import io
import json
import sys
from datetime import UTC, datetime

import pytest

from mlcore.errors import ExportError
from mlcore.runs.library.columns import COLUMNS
from mlcore.runs.library.table_file import TABLE_FORMATS, table_file


@pytest.fixture
def runs(run):
    return [
        run({"model.hidden": (128, 64)}, name="=1+1", tags=("a", "b"), note="two\nlines, quoted"),
        run({"optim.lr": 0.1}, id="second", name="-x", test_accuracy=None, parent="first"),
    ]


def test_csv_has_every_column_and_no_formula(runs) -> None:
    rows = list(csv.DictReader(io.StringIO(table_file(runs, "csv").decode())))
    assert next(iter(rows[0])) == "run"
    assert set(rows[0]) == set(COLUMNS)
    assert [row["name"] for row in rows] == ["'=1+1", "'-x"]
    assert rows[0]["note"] == "two\nlines, quoted"
    assert (rows[0]["model.hidden"], rows[0]["tag"]) == ("128 64", "a b")
    assert (rows[0]["best"], rows[1]["test"], rows[1]["optim.lr"]) == ("0.92", "", "0.1")
    assert datetime.fromisoformat(rows[0]["created"]).timestamp() == runs[0].created


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula_in_a_spreadsheet(run, first: str) -> None:
    text = table_file([run(name=f"{first}cmd", note=f"{first}x")], "csv").decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["name"] == f"'{first}cmd"
    assert row["note"] == f"'{first}x"


def test_json_is_a_list_of_runs_with_their_names_as_they_are(runs) -> None:
    first, second = json.loads(table_file(runs, "json"))
    assert (first["name"], first["tags"]) == ("=1+1", ["a", "b"])
    assert first["settings"]["model"]["hidden"] == [128, 64]
    assert second["test_accuracy"] is None


def test_parquet_keeps_kinds(runs) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(table_file(runs, "parquet")))
    assert sorted(table.column_names) == sorted(COLUMNS)
    first, second = table.to_pylist()
    assert (first["name"], first["tag"], first["model.hidden"]) == ("=1+1", ["a", "b"], [128, 64])
    assert first["created"] == datetime.fromtimestamp(runs[0].created, UTC)
    assert (first["optim.nesterov"], first["step"], second["test"]) == (False, 100, None)


def test_without_pyarrow_parquet_is_refused_in_a_sentence(runs, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"needs the package pyarrow.*choose csv or json\.$"):
        table_file(runs, "parquet")


def test_no_runs_make_a_file_too() -> None:
    for form in TABLE_FORMATS:
        assert table_file([], form)
