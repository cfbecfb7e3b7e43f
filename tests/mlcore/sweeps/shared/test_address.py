"""The address of a database, and that nobody sees its password."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from mlcore.errors import SettingsError
from mlcore.sweeps.shared.address import find_address, read_address

WORD = "pass{w}ord @:/%"
WRITTEN = "pass%7Bw%7Dord%20%40%3A%2F%25"


def test_only_the_url_holds_the_password() -> None:
    found = read_address(f"postgresql://ann:{WRITTEN}@db.example:5433/sweeps?sslmode=require")
    assert found.shown == "postgresql://ann:***@db.example:5433/sweeps?sslmode=require"
    for text in (repr(found), str(found), found.scrubbed(f"{WORD!r} {WRITTEN} {WORD}")):
        assert "pass" not in text
        assert "ord" not in text
    assert "pass%7Bw%7Dord" in found.url  # no braces, which Optuna would fill in
    assert found.url.startswith("postgresql+psycopg://ann:")


def test_a_password_behind_the_question_mark_is_one_too() -> None:
    found = read_address("postgres:///sweeps?host=/run/pg&user=ann&password=hidden&sslpassword=too")
    assert "&password=***&sslpassword=***" in found.shown
    assert "hidden" not in found.shown
    assert "too" not in found.shown
    assert found.scrubbed("hidden and too") == "*** and ***"
    assert "password=hidden" in found.url


@pytest.mark.parametrize(
    "text",
    [
        "mysql://ann:secret@host/sweeps",
        "postgresql://ann:secret@host",
        "sqlite:////tmp/secret",
        "ann:secret@host",
        "postgresql://ann:secret@host:port/sweeps",
        "postgresql://ann:secret@[::1/sweeps",
        "postgresql://ann:se@secret@host/sweeps",
        "postgresql://ann:se@se/secret@host/sweeps",
        "postgresql://ann:se?se@secret@host/sweeps",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError, match="postgresql://USER:PASSWORD@HOST") as found:
        read_address(text)
    assert "secret" not in str(found.value)
    assert found.value.__cause__ is None


def test_the_option_comes_before_the_variable_and_a_file_keeps_it_out_of_both(
    tmp_path: Path,
) -> None:
    file = tmp_path / "address"
    file.write_text("\ufeff\npostgresql://filed@host/a\n")
    environment = {"MLCORE_SWEEP_STORAGE": "postgresql://varied@host/b"}
    given = find_address("postgresql://given@host/c", "", environment)
    assert given is not None
    assert "given" in given.shown
    filed = find_address("", str(file), environment)
    assert filed is not None
    assert "filed" in filed.shown
    varied = find_address("", "", environment)
    assert varied is not None
    assert "varied" in varied.shown
    assert find_address("none", "", environment) is None
    assert find_address("", "", {}) is None


@pytest.mark.parametrize("content", [b"", b"one\ntwo\n", b"\xff\xfe\n", None])
def test_a_file_that_holds_no_address_is_said(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "address"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match="address"):
        find_address("", str(file), {})
    with pytest.raises(SettingsError, match="not both"):
        find_address("postgresql://a@b/c", str(file), {})


def test_a_driver_that_is_missing_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r'psycopg: run `pip install -e "\.\[postgres\]"`'):
        read_address("postgresql://ann:secret@host/sweeps")
