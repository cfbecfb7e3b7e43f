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
