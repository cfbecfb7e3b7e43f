from __future__ import annotations

import io

import pytest

from mlcore.cli.layout import LiveLine, table, value_text
from mlcore.rules import Value
from mlcore.words import display_width


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_table_lines_up() -> None:
    text = table(("name", "count"), [("a", "1"), ("longer", "1,234")])
    assert text == "name    count\na           1\nlonger  1,234"


def test_names_of_wide_characters_line_up_as_a_terminal_shows_them() -> None:
    rows = [("学习率", "1"), ("e\u0301t\u00e9", "22"), ("longer", "3")]
    shown = table(("name", "count"), rows).splitlines()
    assert shown == [
        "name    count",
        "学习率      1",
        "e\u0301t\u00e9        22",
        "longer      3",
    ]
    assert {display_width(line) for line in shown} == {13}


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.003, "0.003"), (1e-5, "1e-05"), ((128, 64), "128 64"), ((), "none"), (True, "on")],
)
def test_a_value_is_written_as_a_shell_takes_it(value: Value, words: str) -> None:
    assert value_text(value) == words


def test_a_live_line_is_drawn_over_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "6")
    stream = Terminal()
    line = LiveLine(stream)
    line.draw("too long a text")
    line.clear()
    line.clear()
    assert stream.getvalue() == "\r\x1b[Ktoo l\r\x1b[K"


def test_a_live_line_of_wide_characters_fits_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "6")
    stream = Terminal()
    LiveLine(stream).draw("一二三四五六")
    assert stream.getvalue() == "\r\x1b[K一二"


def test_where_no_terminal_is_nothing_is_drawn() -> None:
    stream = io.StringIO()
    line = LiveLine(stream)
    line.draw("text")
    line.clear()
    assert stream.getvalue() == ""
