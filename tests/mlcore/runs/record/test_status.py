"""The state of a run follows from its files alone."""

import pytest

from mlcore.runs.record.status import derive_state

TABLE = [
    # last event    worker   start asked   state
    (None, "none", False, "queued"),
    (None, "none", True, "queued"),
    (None, "alive", False, "running"),
    (None, "dead", False, "lost"),
    (None, "dead", True, "queued"),
    ("started", "alive", False, "running"),
    ("steps", "alive", False, "running"),
    ("steps", "alive", True, "running"),
    ("paused", "alive", False, "paused"),
    ("continued", "alive", False, "running"),
    ("finished", "alive", False, "finished"),
    ("stopped", "alive", False, "stopped"),
    ("failed", "alive", False, "failed"),
    ("finished", "alive", True, "queued"),
    ("started", "dead", False, "lost"),
    ("steps", "dead", False, "lost"),
    ("paused", "dead", False, "lost"),
    ("continued", "dead", False, "lost"),
    ("finished", "dead", False, "finished"),
    ("stopped", "dead", False, "stopped"),
    ("failed", "dead", False, "failed"),
    ("stopped", "dead", True, "queued"),
    ("failed", "dead", True, "queued"),
    ("steps", "dead", True, "queued"),
    ("steps", "none", False, "lost"),
    ("finished", "none", False, "finished"),
    ("stopped", "none", True, "queued"),
]


@pytest.mark.parametrize(("last", "life", "asked", "state"), TABLE)
def test_state_of_a_run(last, life, asked, state):
    assert derive_state(last, life, asked) == state


def test_a_start_in_a_folder_that_cannot_be_written_is_lost():
    assert derive_state(None, "none", read_only=True) == "lost"
    assert derive_state("stopped", "dead", True, read_only=True) == "lost"
    assert derive_state("finished", "none", read_only=True) == "finished"
