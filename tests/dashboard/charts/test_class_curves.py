from __future__ import annotations

import json

import numpy as np
import pytest

from dashboard.charts.class_curves import curves_figure, curves_info
from dashboard.charts.signs import class_line, class_mark
from dashboard.charts.theme import DARK, LIGHT, Palette
from mlcore.insight.curves import class_curves
from tests.mlcore.insight.conftest import make

CLASSES = tuple("0123456789")
FOUND = class_curves(make("usual"))


@pytest.mark.parametrize("kind", ["roc", "precision"])
def test_each_class_has_its_curve_and_area(kind) -> None:
    info = curves_info(FOUND, CLASSES, kind)
    assert [curve.name for curve in info.curves] == list(CLASSES)
    assert info.left_out == 0
    for curve, found in zip(info.curves, FOUND, strict=True):
        assert curve.area == (found.roc_auc if kind == "roc" else found.average_precision)


def test_a_thinned_curve_has_the_same_area() -> None:
    found = class_curves(make("usual", count=20_000))
    for curve, whole in zip(curves_info(found, CLASSES, "roc").curves, found, strict=True):
        x, y = np.array(curve.x), np.array(curve.y)
        area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
        assert len(x) <= 300
        assert area == pytest.approx(whole.roc_auc, abs=1e-3)


def test_a_class_without_images_is_left_out() -> None:
    info = curves_info(class_curves(make("a class missing")), CLASSES, "roc")
    assert info.left_out == 1
    assert "3" not in [curve.name for curve in info.curves]


def test_of_many_classes_the_worst_are_drawn() -> None:
    found = class_curves(make("usual", count=3_000, classes=26))
    info = curves_info(found, [chr(97 + n) for n in range(26)], "roc")
    areas = sorted(one.roc_auc for one in found if one.roc_auc is not None)
    assert sorted(curve.area for curve in info.curves) == areas[:10]


def test_where_all_are_good_only_the_corner_is_drawn() -> None:
    good = curves_info(class_curves(make("all right")), CLASSES, "roc")
    assert good.corner
    assert not curves_info(FOUND, CLASSES, "roc").corner
    assert curves_figure(good, LIGHT).layout.yaxis.range == (90, 100.3)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_curve_has_the_colour_the_line_and_the_mark_of_its_class(palette: Palette) -> None:
    info = curves_info(FOUND, CLASSES, "precision")
    drawn = json.loads(curves_figure(info, palette).to_json())["data"]
    assert len(drawn) == 10
    for curve, trace in zip(info.curves, drawn, strict=True):
        assert class_line(curve.number, palette).items() <= trace["line"].items()
        assert class_mark(curve.number, palette).items() <= trace["marker"].items()
