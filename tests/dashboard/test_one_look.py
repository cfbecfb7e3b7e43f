"""Colours and the forms of numbers have one home each; what stands elsewhere has a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.charts.numbers import figure_at, percent_at
from dashboard.charts.theme import DARK, LIGHT

ROOT = Path("dashboard")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?!\w)|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\([\d.]")
COLOUR_HOMES = {
    *("charts/theme.py", "assets/colours.css", ".streamlit/config.toml"),
    *("charts/projector.py", "assets/projector.css"),  # the same with more contrast
}
COLOURS_ELSEWHERE = {
    "charts/close_up.py": {"#000"},  # the black around the pixels of an image
    "charts/ink.py": {"#000000", "#ffffff"},  # whichever can be read on any colour
    "components/film_colours.js": {"#000000", "#ffffff"},  # the same in the browser
    "components/drawing_images.js": {"#fff"},  # pixels of a picture: its paper
    "components/drawing_strokes.js": {"#fff", "#000"},  # pixels of a drawing
}
FORM = re.compile(
    r":[+,]?\.\d+[fge%~]"  # of Python and of d3 in a hover text
    r"|%\{+[\w\[\]]+:,d"
    r"|\"%[.\d]*[dfg]"  # of a column of a table
    r"|\btickformat\"\s*:|\btickformat=|exponentformat\"\s*:\s*\"SI|ticksuffix"
    r"|toFixed\(|toPrecision\(|toExponential\(|toLocaleString\("
)
FORM_HOMES = {"charts/numbers.py", "components/numbers.js"}
FORMS_ELSEWHERE = {  # file → what its numbers are
    "words/": "texts and formulas: a home of words",
    "charts/close_up.py": "lengths in CSS",
    "charts/image_cards.py": "lengths in CSS",
    "charts/run_curves.py": "digits that are sent, and thousands of images on an axis",
    "charts/training.py": "steps in a text",
    "charts/pixel_steps.py": "a formula in TeX",
    "components/cloud.js": "places in SVG",
    "components/film.js": "a measured time, for tests",
    "components/network.js": "lengths in SVG",
    "panels/chart.py": "seconds in a text",
}


def sources(*endings: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each source of the page."""
    for path in sorted(ROOT.rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in endings and "static/" not in name and "locales/" not in name:
            yield name, path.read_text(encoding="utf-8")


def test_colours_are_written_in_their_homes() -> None:
    found: dict[str, set[str]] = {}
    for name, text in sources(".py", ".js", ".css", ".toml", ".html"):
        if name not in COLOUR_HOMES:
            text = re.sub(r"#\d{4,5}\b", "", text)  # upstream issues
            if colours := {colour.lower() for colour in COLOUR.findall(text)}:
                found[name] = colours
    assert found == COLOURS_ELSEWHERE


def test_forms_of_numbers_are_written_in_their_homes() -> None:
    found = {
        name for name, text in sources(".py", ".js") if name not in FORM_HOMES and FORM.search(text)
    }
    known = {name for name in found if any(name.startswith(place) for place in FORMS_ELSEWHERE)}
    assert found - known == set()
    unused = {
        place for place in FORMS_ELSEWHERE if not any(name.startswith(place) for name in found)
    }
    assert unused == set()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("color: #1a2b3c;", True),
        ('"rgba(0,0,0,0)"', True),
        ("fill: oklch(0.5 0.1 20)", True),
        ("rgb(${colour})", False),
        ("var(--accent)", False),
    ],
)
def test_a_colour_is_found(text: str, is_one: bool) -> None:
    assert bool(COLOUR.search(text)) is is_one


@pytest.mark.parametrize(
    "text",
    ['f"{x:.3f}"', '"%{y:.2%}"', "x.toFixed(2)", 'format="%.4f"', '"%{x:,d}"', 'tickformat=".0%"'],
)
def test_a_form_is_found(text: str) -> None:
    assert FORM.search(text)


def test_css_and_charts_have_the_same_page_and_quiet_text() -> None:
    css = (ROOT / "assets" / "colours.css").read_text(encoding="utf-8")
    assert f"--page: light-dark({LIGHT.background}, {DARK.background});" in css
    assert f"--quiet-text: light-dark({LIGHT.muted}, {DARK.muted});" in css
    assert f"--pen: {DARK.right};" in css


def test_every_colour_of_the_page_is_used_and_every_used_one_is_there() -> None:
    css = (ROOT / "assets" / "colours.css").read_text(encoding="utf-8")
    defined = set(re.findall(r"^\s*(--[\w-]+):", css, re.MULTILINE))
    texts = [text for name, text in sources(".py", ".js", ".css") if name != "assets/colours.css"]
    used = {name for text in texts for name in re.findall(r"var\((--[\w-]+)", text)}
    assert defined <= used


def test_the_browser_writes_numbers_as_the_server_does() -> None:
    assert percent_at("y") == "%{y:.2f} %"
    assert figure_at("y") == "%{y:.4f}"
    assert figure_at("y", huge=True) == "%{y:.4~g}"
