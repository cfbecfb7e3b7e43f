"""Rules: ranges in words, hints for misspelt names."""

import pytest

from mlcore.rules import Rule, list_words, nearest


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, ""),
        ({"low": 1}, "at least 1"),
        ({"low": 0, "below": 1}, "at least 0 and below 1"),
        ({"above": 0, "high": 60_000}, "above 0 and at most 60,000"),
    ],
)
def test_a_range_reads_as_words(bounds, words):
    assert Rule("help", label="Label", **bounds).range_words() == words


def test_bounds_are_inclusive_or_exclusive_as_named():
    rule = Rule("help", label="Label", low=0, below=1)
    assert rule.holds(0)
    assert not rule.holds(1)
    assert not rule.holds(float("inf"))


def test_words_are_joined_for_a_sentence():
    assert list_words(["a"]) == "a"
    assert list_words(["a", "b"], "or") == "a or b"
    assert list_words(["a", "b", "c"]) == "a, b and c"


def test_only_a_close_name_is_hinted_at():
    assert str(nearest("adm", ["adam", "sgd"])) == ' (did you mean "adam"?)'
    assert str(nearest("zzz", ["adam", "sgd"])) == ""
