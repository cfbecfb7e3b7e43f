"""The memory of uploaded files."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dashboard.gaps import uploads


@pytest.fixture
def removed(monkeypatch):
    found = []
    manager = SimpleNamespace(
        remove_file=lambda session_id, file_id: found.append((session_id, file_id))
    )
    context = SimpleNamespace(session_id="me", uploaded_file_mgr=manager)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: context)
    return found


def test_the_bytes_of_a_file_are_removed_from_the_server(removed):
    uploads.free_memory(SimpleNamespace(file_id="f"))
    assert removed == [("me", "f")]


def test_outside_a_session_there_is_nothing_to_remove(monkeypatch):
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: None)
    uploads.free_memory(SimpleNamespace(file_id="f"))
