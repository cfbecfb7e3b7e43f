"""Wherever blue and orange mean something, a person can read what: in a legend, or in words.

A module that takes these colours of the palette is to be named here, with where it is told.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

DASHBOARD = Path("dashboard")
COLOURS = {"right", "wrong", "right_scale", "wrong_scale", "diverging"}
PALETTES = {"colours", "palette"}

LEGEND = "charts/legend.py"  # itself
TOLD = {  # module → the module that tells it, and what stands there
    "charts/close_up.py": ("charts/close_up.py", "changed_pixel_signs"),
    "charts/confusion.py": ("panels/test_parts/matrix.py", "matrix_signs"),
    "charts/image_cards.py": ("charts/image_cards.py", "answer_signs"),
    "charts/matrix_difference.py": ("panels/test_parts/compare.py", "difference_signs"),
    "charts/network_path.py": ("panels/network_path.py", "flow_signs"),
    "charts/pixel_steps.py": ("charts/pixel_steps.py", "colorbar"),
    "charts/run_map.py": ("panels/runs_parts/setting_map.py", "What the colour of a cell says"),
    "charts/run_parallel.py": ("panels/runs_parts/plots.py", "The strongest line is"),
    "charts/sweep_contour.py": ("charts/sweep_contour.py", "colorbar"),
    "charts/trust.py": ("charts/trust.py", "Wrong"),
    "charts/weight_images.py": ("charts/weight_images.py", "weight_signs"),
    "components/film.py": ("components/film.py", "matrix_signs"),
    "components/network.py": ("panels/network.py", "network_signs"),
}


def coloured() -> set[str]:
    """The modules that take one of these colours, as `colours.right`."""
    return {
        path.relative_to(DASHBOARD).as_posix()
        for path in DASHBOARD.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in COLOURS
        and isinstance(node.value, ast.Name)
        and node.value.id in PALETTES
    } | {
        path.relative_to(DASHBOARD).as_posix()  # by their names
        for path in DASHBOARD.rglob("*.py")
        if "getattr(colours, " in (text := path.read_text(encoding="utf-8"))
        or "getattr(LIGHT, " in text
    }


def test_every_module_that_takes_them_says_where_they_are_told() -> None:
    assert coloured() - {LEGEND} == set(TOLD)


@pytest.mark.parametrize("module", TOLD)
def test_it_is_told_there(module: str) -> None:
    place, what = TOLD[module]
    tree = ast.parse((DASHBOARD / place).read_text(encoding="utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    assert what in called | keywords or any(what in text for text in said)
