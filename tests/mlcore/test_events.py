"""Events survive their JSON form."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcore import errors
from mlcore.errors import DivergedError
from mlcore.events import EVENTS, EpochDone, Failed, Paused, Started, StepsDone, from_json, to_json


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1).map(tuple))
def test_losses_come_back_to_the_last_bit(losses):
    event = StepsDone(first=1, losses=losses, epoch=1)
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_what_is_not_finite_is_written_as_null():
    record = to_json(StepsDone(first=3, losses=(1.0, math.inf, math.nan), epoch=1))
    assert json.loads(json.dumps(record, allow_nan=False))["losses"] == [1.0, None, None]
    again = from_json(record)
    assert isinstance(again, StepsDone)
    assert math.isnan(again.losses[1])


def test_an_epoch_without_validation_has_none():
    event = EpochDone(
        epoch=1,
        step=938,
        train_loss=1.9,
        validation_loss=None,
        validation_accuracy=None,
        lr=0.003,
        seconds=0.5,
        images_per_second=120_000.0,
    )
    assert from_json(to_json(event)) == event


def test_every_event_says_how_far_the_run_is():
    steps = StepsDone(first=11, losses=(1.0, 1.0), epoch=2)
    assert (steps.step, steps.epochs_done) == (12, 1)
    assert set(to_json(steps)) == {"event", "first", "losses", "epoch"}
    paused = Paused(step=12, epoch=1)
    assert (paused.step, paused.epochs_done) == (12, 1)


def test_a_start_written_by_an_earlier_version_says_no_total():
    record = {
        "event": "started",
        "step": 0,
        "epoch": 0,
        "steps_per_epoch": 10,
        "epochs": 3,
        "device": "cpu",
        "threads": 1,
        "parameters": 7,
        "train_images": 640,
        "validation_images": 0,
    }
    start = from_json(record)
    assert isinstance(start, Started)
    assert start.total_steps == 0


def test_keys_of_the_log_are_passed_over_and_unknown_kinds_are_none():
    event = Failed(step=1, epoch=0, message="It broke.")
    assert from_json({**to_json(event), "time": 1.0}) == event
    assert from_json({"event": "of tomorrow"}) is None


def test_what_went_wrong_comes_back_with_its_values():
    error = DivergedError("The loss became {loss} at step {step:,}.", loss="NaN", step=1_000)
    event = Failed(step=1, epoch=0, message=str(error), error=errors.to_json(error))
    again = from_json(json.loads(json.dumps(to_json(event))))
    assert again == event
    assert isinstance(again, Failed)
    assert type(again.as_error()) is DivergedError
    assert again.as_error().values == error.values


@pytest.mark.parametrize(
    "error",
    [
        None,
        3,
        [],
        {},
        {"template": "{a}", "values": {}},
        {"template": "{a:.2f} {b}", "values": {"a": {"template": "x", "values": {}}}},
        {"template": "Of another time.", "values": {}},
    ],
)
def test_without_them_the_message_stays(error):
    record = {"event": "failed", "step": 1, "epoch": 0, "message": "It {broke}.", "error": error}
    event = from_json(record)
    assert isinstance(event, Failed)
    assert str(event.as_error()) == "It {broke}."
    del record["error"]
    assert str(from_json(record).as_error()) == "It {broke}."


def test_a_known_kind_that_lacks_a_field_is_an_error():
    with pytest.raises(ValueError, match="damaged 'failed' event"):
        from_json({"event": "failed"})


def test_every_event_is_known_by_its_kind():
    assert all(kind.kind == name for name, kind in EVENTS.items())
