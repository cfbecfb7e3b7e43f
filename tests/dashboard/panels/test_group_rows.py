"""A group of runs is one row of the table, which opens and is selected as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.panels.runs_parts import group_rows as rows_of
from dashboard.panels.runs_parts.group_rows import GroupRows, row_cell, row_of
from mlcore.runs.library.columns import COLUMNS
from mlcore.runs.library.groups import RunGroup
from tests.dashboard.words.test_run_names import INFO


def run(name, seed, best, experiment="x1", state="finished"):
    return replace(
        INFO,
        id=name,
        config=INFO.config.with_values({"train.seed": seed}),
        best_validation_accuracy=best,
        test_accuracy=best,
        experiment=experiment,
        state=state,
    )


A, B, C = run("a", 0, 0.90), run("b", 1, 0.98), run("c", 0, 0.95, experiment=None)
GROUP = RunGroup(id="x1", runs=(A, B), experiment=True)
ROWS = GroupRows((GROUP, C))


@pytest.fixture
def session(monkeypatch):
    held = {}
    monkeypatch.setattr(rows_of.st, "session_state", held)
    return held


def test_a_group_is_sorted_by_its_mean_and_not_by_its_luckiest_run(session):
    found = rows_of.group_rows([A, B, C], COLUMNS["best"], descending=True)
    assert found.rows == (C, GROUP)


def test_an_open_group_shows_its_runs_below_it(session):
    assert rows_of.toggle(row_of(GROUP))
    found = rows_of.group_rows([A, B, C], COLUMNS["best"], descending=False)
    assert found.rows == (GROUP, A, B, C)
    rows_of.toggle(row_of(GROUP))
    assert len(rows_of.group_rows([A, B, C], COLUMNS["best"], descending=False).rows) == 2
    assert not rows_of.toggle("a")


def test_runs_that_were_not_started_together_are_grouped_where_a_person_asks(session):
    lonely = [replace(one, experiment=None) for one in (A, B)]
    assert len(rows_of.group_rows(lonely, COLUMNS["best"], descending=True).rows) == 2
    session["runs-group-alike"] = True
    assert len(rows_of.group_rows(lonely, COLUMNS["best"], descending=True).rows) == 1


def test_a_cell_of_a_group_is_the_mean_with_its_spread(session):
    assert row_cell(COLUMNS["best"], GROUP) == ("94.00 %", "± 5.66 (n = 2)")
    assert row_cell(COLUMNS["train.seed"], GROUP) == ("0, 1", "")
    assert row_cell(COLUMNS["state"], GROUP) == ("finished", "")
    waiting = RunGroup(id="x1", runs=(A, replace(B, state="queued")), experiment=True)
    assert row_cell(COLUMNS["state"], waiting) == ("1 of 2 finished", "")
    assert row_cell(COLUMNS["best"], waiting) == ("90.00 %", "")


def test_a_group_is_selected_as_a_whole():
    row = row_of(GROUP)
    assert ROWS.choice([], [row]) == ["a", "b"]
    assert ROWS.choice(["c"], ["c", row]) == ["c", "a", "b"]
    assert ROWS.selected(["a", "b"]) == ("a", "b", row)
    assert ROWS.selected(["a"]) == ("a",)
    assert ROWS.choice(["a", "b", "c"], ["a", "b", "c"]) == ["c"]  # its row was clicked again
    assert ROWS.choice(["a", "b"], ["a", row]) == ["a"]  # one of its runs was
