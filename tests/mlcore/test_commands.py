"""Commands survive their JSON form."""

import json

import pytest

from mlcore.commands import Continue, Edit, Pause, RunEpoch, RunSteps, Stop, from_json, to_json
from mlcore.errors import SettingsError


@pytest.mark.parametrize(
    "command",
    [
        Stop(reason="shutdown"),
        Pause(),
        Continue(),
        RunSteps(count=3),
        RunEpoch(),
        Edit(changes={"optim.lr": 0.01}),
    ],
)
def test_a_command_survives_its_json_form(command):
    assert from_json(json.loads(json.dumps(to_json(command)))) == command


def test_an_unknown_command_is_refused():
    with pytest.raises(SettingsError, match="no command that a run knows"):
        from_json({"command": "explode"})


@pytest.mark.parametrize(
    "record",
    [
        {"command": "stop", "reason": 5},
        {"command": "stop", "reason": "because"},
        {"command": "steps", "count": "3"},
        {"command": "steps", "count": True},
        {"command": "steps", "count": -1},
        {"command": "steps", "count": 10**19},
        {"command": "edit", "changes": 5},
        {"command": "edit", "changes": ["optim.lr"]},
        {"command": "edit", "changes": {"x" * 20_000: 1}},
    ],
)
def test_a_command_whose_values_are_of_the_wrong_kind_is_refused_in_a_short_sentence(record):
    with pytest.raises(SettingsError, match="no command that a run knows") as caught:
        from_json(record)
    assert len(str(caught.value)) < 300
