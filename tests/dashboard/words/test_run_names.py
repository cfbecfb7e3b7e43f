"""What runs are called in lists."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.words.run_names import (
    display_name,
    distinct_labels,
    distinct_names,
    run_label,
    timed_name,
)
from mlcore.presets import PRESETS
from mlcore.runs import RunInfo

QUICK = PRESETS["Quick start"]

INFO = RunInfo(
    id="20261123-120000-ab12",
    name="",
    tags=(),
    note="",
    path=Path("runs"),
    created=time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1)),
    state="finished",
    config=QUICK,
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


def other(**settings):
    """A run like `INFO` with other settings."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return replace(INFO, id="20261123-120001-ef56", config=QUICK.with_values(named))


def test_a_run_is_called_by_its_name_or_by_what_sets_its_settings_apart():
    assert display_name(INFO) == "Quick start"
    assert display_name(other(optim__lr=0.05, data__batch_size=256)) == "lr 0.05 · batch 256"
    assert display_name(other(data__validation=0)) == "Quick start, exact"
    assert display_name(replace(INFO, name="wide")) == "wide"


def test_the_time_stands_beside_the_name():
    assert timed_name(INFO) == "Quick start · 23 Nov 12:00"
    later = replace(INFO, created=INFO.created + 86_400, name="wide")
    assert timed_name(later) == "wide · 12:00:00"


def test_its_line_says_its_accuracy_and_tags_and_its_state_unless_it_finished():
    assert run_label(INFO) == "Quick start · 23 Nov 12:00 · 50.00 % in validation"
    assert run_label(replace(INFO, state="running")) == "Quick start · 23 Nov 12:00 · running"
    better = replace(INFO, name="wide", test_accuracy=0.9812, tags=("night", "a"))
    assert run_label(better) == "wide · 23 Nov 12:00 · 98.12 % (97.83 to 98.37 %) · #night #a"


def test_runs_that_read_the_same_get_the_end_of_their_id():
    twin = replace(INFO, id="20261123-120000-cd34")
    named = replace(INFO, id="20261123-120001-ef56", name="wide")
    assert list(distinct_labels([INFO, twin, named]).values()) == [
        "Quick start · 23 Nov 12:00 · 50.00 % in validation (ab12)",
        "Quick start · 23 Nov 12:00 · 50.00 % in validation (cd34)",
        "wide · 23 Nov 12:00 · 50.00 % in validation",
    ]


def test_short_names_grow_only_where_two_would_be_equal():
    fast = other(optim__lr=0.05)
    assert list(distinct_names([INFO, fast]).values()) == ["Quick start", "lr 0.05"]
    again = replace(INFO, id="20261123-130000-cd34", created=INFO.created + 3_600)
    assert list(distinct_names([INFO, again]).values()) == [
        "Quick start · 23 Nov 12:00",
        "Quick start · 23 Nov 13:00",
    ]
    many = {"optim__lr": 0.05, "data__batch_size": 32, "model__dropout": 0.5}
    one, two = other(**many, train__seed=1), other(**many, train__seed=2)
    two = replace(two, id="20261123-120002-0a0b")
    assert [name.split(" · ")[0] for name in distinct_names([one, two]).values()] == [
        "seed 1",
        "seed 2",
    ]
