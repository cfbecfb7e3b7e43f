"""Nothing is told apart by its colour alone, and a class looks the same on every chart."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from dashboard.charts.other_runs import COLORS, other_traces
from dashboard.charts.run_curves import MOST_CURVES, RunCurves, curves_figure, curves_info
from dashboard.charts.seed_band import MOST_GROUPS
from dashboard.charts.seed_frame import band_chart
from dashboard.charts.signs import (
    DASHES,
    SYMBOLS,
    class_colour,
    class_letters,
    class_line,
    class_mark,
)
from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.components.cloud import class_looks

BOTH = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@BOTH
def test_ten_classes_differ_in_colour_and_also_without_it(palette: Palette) -> None:
    for signs in (class_line, class_mark):
        looks = [tuple(signs(number, palette).values()) for number in range(10)]
        assert len({colour for colour, _ in looks}) == len({sign for _, sign in looks}) == 10


@BOTH
def test_no_two_of_a_hundred_classes_share_both_signs(palette: Palette) -> None:
    for signs in (class_line, class_mark):
        assert len({tuple(signs(number, palette).values()) for number in range(100)}) == 100


@BOTH
def test_a_class_has_one_colour_whatever_is_drawn(palette: Palette) -> None:
    hues = class_looks([f"class {number}" for number in range(47)], palette)["hues"]
    for number, hue in enumerate(hues):
        assert hue == class_colour(number, palette)
        assert hue == class_line(number, palette)["color"] == class_mark(number, palette)["color"]


def test_plotly_knows_all_lines_and_marks() -> None:
    for dash, symbol in zip(DASHES, SYMBOLS, strict=True):
        go.Scatter(line={"dash": dash}, marker={"symbol": symbol})
    assert len(set(DASHES)) == len(set(SYMBOLS)) == 10


def test_names_of_one_character_are_their_own_sign_others_get_letters() -> None:
    assert class_letters("0123456789") == list("0123456789")
    assert class_letters(["Trouser", "Bag"]) == ["A", "B"]
    many = class_looks([f"class {number}" for number in range(47)], LIGHT)
    assert len(set(zip(many["signs"], many["hues"], strict=True))) == 47


def test_other_runs_and_groups_differ_in_their_kind_of_line_too() -> None:
    own = {"solid"}  # of the run itself
    dashes = {trace.line.dash for trace in other_traces(len(COLORS))}
    assert len(dashes - own) == len(COLORS)
    groups = tuple((f"group {n}", 2) for n in range(MOST_GROUPS))
    means = [
        trace for trace in band_chart("train_loss", "band", groups, "en")["data"] if "name" in trace
    ]
    assert len({trace["line"]["dash"] for trace in means}) == MOST_GROUPS
    assert len({trace["marker"]["symbol"] for trace in means}) == MOST_GROUPS


def test_no_two_compared_runs_share_colour_and_line() -> None:
    one = RunCurves(
        name="a", train_loss=((1.0,), (2.0,)), validation_loss=((), ()), accuracy=((), ())
    )
    drawn = curves_figure(curves_info([one] * MOST_CURVES, "step"), LIGHT).data
    assert len({(trace.line.color, trace.line.dash) for trace in drawn}) == MOST_CURVES
    assert len({trace.line.dash for trace in drawn[:3]}) == 3
