"""What is mended from outside for keyboards and readers of the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts.theme import DARK, LIGHT
from dashboard.components import drawing_pad, live_chart, reading
from dashboard.components.script import lean
from tests.dashboard.charts.test_theme import contrast

COMPONENTS = Path(reading.__file__).parent
COLOURS = Path(reading.__file__).parents[1] / "assets" / "colours.css"


def test_a_text_that_is_only_read_is_shown_literally():
    def page() -> None:
        from dashboard.components.reading import only_read

        only_read("<b>5</b> & more", "h1")

    app = AppTest.from_function(page).run()
    (html,) = app.get("html")
    assert html.proto.body == '<h1 class="only-read">&lt;b>5&lt;/b> &amp; more</h1>'


@pytest.mark.parametrize("script", sorted(COMPONENTS.glob("*.js")), ids=lambda path: path.name)
def test_scripts_are_sent_without_comments_and_indentation(script):
    text = lean(script)
    assert "//" not in text
    assert "\n " not in text


@pytest.mark.parametrize("module", [live_chart, reading, drawing_pad])
def test_scripts_keep_their_entry(module):
    assert "export default function" in lean(Path(module.__file__).with_suffix(".js"))


@pytest.mark.parametrize(("colours", "at"), [(LIGHT, 0), (DARK, 1)])
def test_grey_text_code_and_buttons_can_be_read(colours, at):
    """4.5 : 1 on the page, and white on the buttons."""
    found = re.findall(
        r"--(quiet-text|accent-strong|code-text|button[\w-]*): light-dark\((#\w{6}), (#\w{6})\)",
        COLOURS.read_text(),
    )
    assert len(found) == 5
    for name, *both in found:
        behind = "#ffffff" if name.startswith("button") else colours.background
        assert contrast(both[at], behind) > 4.5, (name, both[at])
