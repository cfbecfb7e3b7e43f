"""What runs are called in lists."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.words.run_names import display_name, distinct_labels, run_label
from mlcore.config import RunConfig
from mlcore.runs import RunInfo

INFO = RunInfo(
    id="20261123-120000-ab12",
    name="",
    tags=(),
    note="",
    path=Path("runs"),
    created=time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1)),
    state="finished",
    config=RunConfig(),
    parent=None,
    epoch=1,
    epochs=1,
    step=1,
    loss=0.1,
    validation_loss=None,
    validation_accuracy=0.5,
    test_accuracy=None,
    message="",
)


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """It is noon of the day after."""
    real, now = time.localtime, INFO.created + 86_400
    monkeypatch.setattr("dashboard.words.dates.time.localtime", lambda moment=now: real(moment))


def test_a_run_is_called_by_its_name_or_its_time():
    assert display_name(INFO) == "23 Nov 12:00:00"
    assert display_name(replace(INFO, created=INFO.created + 86_400)) == "Today 12:00:00"
    assert display_name(replace(INFO, name="wide")) == "wide"


def test_its_line_says_its_state_accuracy_and_tags():
    assert run_label(INFO) == "23 Nov 12:00:00 · finished · 50.00 %"
    assert run_label(replace(INFO, state="running")) == "23 Nov 12:00:00 · running"
    better = replace(INFO, name="wide", test_accuracy=0.9812, tags=("night", "a"))
    assert run_label(better) == "wide · finished · 98.12 % · #night #a"


def test_runs_that_read_the_same_get_the_end_of_their_id():
    twin = replace(INFO, id="20261123-120000-cd34")
    other = replace(INFO, id="20261123-120001-ef56", name="wide")
    assert list(distinct_labels([INFO, twin, other]).values()) == [
        "23 Nov 12:00:00 · finished · 50.00 % (ab12)",
        "23 Nov 12:00:00 · finished · 50.00 % (cd34)",
        "wide · finished · 50.00 %",
    ]
    assert distinct_labels([INFO, twin], display_name)[twin.id] == "23 Nov 12:00:00 (cd34)"
