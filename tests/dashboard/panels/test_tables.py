"""The tables of a run."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels.tables import _losses


def test_losses_stay_numbers_that_can_be_sorted():
    assert _losses([0.25, None, 0.0]) == [0.25, None, 0.0]


def test_a_loss_that_digits_cannot_say_is_written_as_everywhere():
    """A cell showed 5.915376150972314e+31."""
    assert _losses([2.3, 5.915376150972314e31, None]) == ["2.3000", "5.915e+31", "–"]
    assert _losses([2.3, 3.2e-7]) == ["2.3000", "3.2e-07"]


def script(state: str) -> None:
    from dashboard.panels.tables import epochs_table
    from mlcore.events import EpochDone

    epochs_table(
        [
            EpochDone(
                epoch=number,
                step=number,
                train_loss=0.5,
                validation_loss=None,
                validation_accuracy=None,
                lr=0.1,
                seconds=1.0,
                images_per_second=1.0,
            )
            for number in range(1, 1_001)
        ],
        state,
    )


@pytest.mark.parametrize(
    ("state", "rows"), [("running", 250), ("paused", 250), ("finished", 1_000)]
)
def test_a_run_that_trains_sends_its_latest_epochs_alone(state, rows):
    app = AppTest.from_function(script, args=(state,)).run()
    table = app.dataframe[0].value
    assert (len(table), table["epoch"].iloc[0]) == (rows, 1_000)
    assert [element.value for element in app.caption] == (
        []
        if rows == 1_000
        else ["The latest 250 of 1,000 epochs; all of them are here when the run has ended."]
    )
