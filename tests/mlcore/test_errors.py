"""Errors keep a sentence and its values apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlcore.errors import CheckpointError, MlcoreError, SettingsError, from_json, to_json


def test_an_error_is_its_sentence_and_keeps_the_values() -> None:
    error = SettingsError(
        "`{name}` must be below {most:,}, but got {value!r}.", name="x", most=1_000, value="a"
    )
    assert str(error) == "`x` must be below 1,000, but got 'a'."
    assert error.values == {"name": "x", "most": 1_000, "value": "a"}


def test_braces_of_a_sentence_without_values_stay() -> None:
    assert str(MlcoreError("It holds {} alone.")) == "It holds {} alone."


def test_an_error_comes_back_from_json_with_those_that_it_quotes() -> None:
    inner = SettingsError("`{name}` is no setting.", name="lr")
    error = CheckpointError("{path} is refused: {error}", path=Path("a.pt"), error=inner)
    back = from_json(json.loads(json.dumps(to_json(error))))
    assert type(back) is CheckpointError
    assert str(back) == str(error) == "a.pt is refused: `lr` is no setting."
    assert isinstance(back.values["error"], SettingsError)


def test_an_error_of_an_unknown_class_is_still_a_sentence() -> None:
    assert str(from_json({"type": "Other", "template": "Gone.", "values": {}})) == "Gone."


@pytest.mark.parametrize("record", [{}, {"template": "{a}", "values": {"b": 1}}, {"values": 3}])
def test_what_is_no_error_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="damaged error"):
        from_json(record)


@pytest.mark.parametrize("template", ["{a:>99999999999}", "{a.__class__}", "{a[0]}", "{0}", "{"])
def test_a_sentence_from_a_file_cannot_look_into_its_values_or_blow_them_up(template):
    with pytest.raises(ValueError, match=r"damaged|expected|Single"):
        from_json({"type": "RunError", "template": template, "values": {"a": "x"}})
