"""How long a run will be."""

from __future__ import annotations

import pytest

from mlcore.runs.record.length import RunLength


@pytest.mark.parametrize(("epochs_done", "end"), [(0, 13), (1, 23), (2, 33), (3, 33)])
def test_an_epoch_ends_where_those_to_come_begin(epochs_done: int, end: int) -> None:
    """The first epoch took 13 steps, as its batch size was edited."""
    assert RunLength(epochs=3, steps_per_epoch=10, steps=33).epoch_end(epochs_done) == end


def test_before_a_run_has_started_no_epoch_ends() -> None:
    assert RunLength().epoch_end(0) == 0
