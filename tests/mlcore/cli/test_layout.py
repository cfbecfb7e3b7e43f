from __future__ import annotations

import io

import pytest

from mlcore.cli.layout import LiveLine, percent, size, span, table


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_table_lines_up() -> None:
    text = table(("name", "count"), [("a", "1"), ("longer", "1,234")])
    assert text == "name    count\na           1\nlonger  1,234"


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (9_912_422, "9.9 MB"), (2.5e9, "2.5 GB")],
)
def test_sizes_are_in_words(count: float, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0:00"), (7.2, "0:07"), (750, "12:30"), (3723, "1:02:03")]
)
def test_spans_read_like_a_clock(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_shares_are_percentages() -> None:
    assert percent(0.98125) == "98.12 %"
    assert percent(None) == "–"


def test_a_live_line_is_drawn_over_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "6")
    stream = Terminal()
    line = LiveLine(stream)
    line.draw("too long a text")
    line.clear()
    line.clear()
    assert stream.getvalue() == "\r\x1b[Ktoo l\r\x1b[K"


def test_where_no_terminal_is_nothing_is_drawn() -> None:
    stream = io.StringIO()
    line = LiveLine(stream)
    line.draw("text")
    line.clear()
    assert stream.getvalue() == ""
