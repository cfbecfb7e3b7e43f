"""Every chart on every page is told in words too, and its values are in a table.

A CSV is a file, not a table. Where another chart or component comes, it is to be named here.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.panels.test_parts import registry
from mlcore.config import DataConfig, ModelConfig, RunConfig, TrainConfig
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.shown_texts import nodes

DASHBOARD = Path("dashboard")
DRAWN_BY = {  # what draws on a page → where
    "plotly_chart": {"panels/downloads.py", "panels/still_chart.py"},
    "live_chart": {
        "panels/chart.py",
        "panels/group_figures.py",
        "panels/lesson_parts/watch.py",
        "panels/rate_finder.py",
    },
    "cloud": {"panels/last_layer.py"},
    "film": {"panels/test_parts/epochs.py"},  # its table of epochs is drawn by the panel itself
    "network": {"panels/network.py"},
}
NO_CHARTS = {
    "ahead": "draws nothing",
    "code_view": "code",
    "drawing_pad": "its bars are rows of text: class, bar, per cent",
    "drawing_numbers": "numbers for the pad",
    "first_steps": "a line of text",
    "place_links": "links",
    "plotly_ahead": "loads Plotly",
    "plotly_inline": "loads Plotly",
    "reading": "names and roles",
    "runs_table": "a table",
}
CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    model=ModelConfig(hidden=(16, 12)),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)
OWN_TABLES = {"film": "film-table", "layer-norms": "layer-norms-table"}
"""Charts whose table stands on the page anyway, and the key of that table."""


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """The modules that call a function of this name, and the calls."""
    for path in sorted(DASHBOARD.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == name:
                yield path.relative_to(DASHBOARD).as_posix(), node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize("name", DRAWN_BY)
def test_each_kind_of_chart_is_drawn_where_its_table_is(name: str) -> None:
    places = {place for place, call in calls(name) if place not in _homes(name)}
    assert places == DRAWN_BY[name]
    tables = {place for place, _call in calls("chart_table")} | {"panels/test_parts/epochs.py"}
    assert places <= tables


def _homes(name: str) -> set[str]:
    return {f"components/{name}.py"}


def test_nothing_else_draws() -> None:
    for name in (
        "altair_chart",
        "line_chart",
        "bar_chart",
        "area_chart",
        "scatter_chart",
        "pyplot",
    ):
        assert not list(calls(name)), name
    for name in ("vega_lite_chart", "pydeck_chart", "graphviz_chart", "bokeh_chart", "map"):
        assert not [call for place, call in calls(name) if _is_streamlit(call)], name


def _is_streamlit(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and _name(call.func.value) == "st"


def test_every_component_is_a_chart_with_a_table_or_no_chart() -> None:
    named = {
        call.args[0].value
        for _place, call in calls("component")
        if call.args and isinstance(call.args[0], ast.Constant)
    }
    assert named == {*DRAWN_BY, *NO_CHARTS} - {"plotly_chart"}


def test_a_chart_without_a_fold_names_the_table_beside_it() -> None:
    without = [
        keyword.value.value
        for _place, call in calls("chart")
        for keyword in call.keywords
        if keyword.arg == "key" and _has_no_table(call)
    ]
    assert without == ["layer-norms"]


def _has_no_table(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    return isinstance(given.get("table"), ast.Constant)


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> list[RunFolder]:
    store = RunStore(page_folder / "runs")
    changes = ({"optim.lr": 0.1}, {"optim.lr": 0.01, "data.batch_size": 16})
    folders = [store.create(CONFIG.with_values(values)) for values in changes]
    for folder in folders:
        execute(folder)
    made_sweep(store, whole=8)
    return folders


def charts(page: AppTest) -> dict[str, str]:
    """Key → kind of each chart on a page."""
    found = {}
    for node in nodes(page._tree):
        proto = getattr(node, "proto", None)
        kind = type(proto).__name__
        if kind == "PlotlyChart":
            found[_key(proto.id)] = "plotly"
        elif kind == "BidiComponent":
            name = proto.component_name.rpartition(".")[2]
            if name in DRAWN_BY:
                found[_key(proto.id)] = name
    return found


def _key(element: str) -> str:
    """The key in the id of an element: `$$ID-<hash>-<key>`."""
    return re.sub(r"^\$\$(?:ID|ELEMENT|STREAMLIT\w*)?-[0-9a-f]+-", "", element).strip()


def folds(page: AppTest) -> set[str]:
    """The keys of the charts whose values can be opened as a table."""
    found = set()
    for node in nodes(page._tree):
        proto = getattr(node, "proto", None)
        if type(proto).__name__ == "Expandable" and proto.label == "As a table":
            found.add(_key(proto.id).removeprefix("table-"))
    return found


def tables(page: AppTest) -> list[tuple[list[str], list[list[str]]]]:
    """Headings and rows of the tables that are open."""
    found = []
    for node in nodes(page._tree):
        body = getattr(getattr(node, "proto", None), "body", "")
        if isinstance(body, str) and 'class="plain-table scrolls"' in body:
            head, _, rest = body.partition("</thead>")
            found.append((_cells(head), [_cells(row) for row in rest.split("<tr>")[1:]]))
    return found


def _cells(row: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]


def words(page: AppTest) -> str:
    """What is said of the charts, in sight or on the live chart itself."""
    return "\n".join(text.value for text in (*page.caption, *page.markdown))


def opened(app: AppTest, where: str, address: dict[str, str]) -> AppTest:
    app.session_state["network-open-kept"] = (
        False  # drawn when a job has ended; the Test page has it
    )
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    page = app if where == "train" else app.switch_page(f"app_pages/{where}.py").run()
    assert not page.exception
    return page


PLACES: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "train": ("train", {}, {"run-chart"}),
    "data": ("data", {}, {"balance", "histogram", "step-0", "step-1", "step-2"}),
    "mistakes": ("test", {}, {"confusion"}),
    "classes": ("test", {"part": "classes"}, {"curves"}),
    "image": ("test", {"part": "image", "image": "7"}, {"network-path"}),
    "the network": ("test", {"part": "network"}, {"drawn-network"}),
    "sure": ("test", {"part": "sure"}, {"reliability", "confidence", "threshold-curve"}),
    "learned": ("test", {"part": "learned"}, {"layer-norms", "last-layer"}),
    "epochs": ("test", {"part": "epochs"}, {"film"}),
    "compare": ("test", {"part": "compare"}, {"difference"}),
    "curves": ("runs", {"view": "curves"}, {"runs-curves"}),
    "parallel": ("runs", {"view": "parallel"}, {"runs-parallel"}),
    "map": ("runs", {"view": "map"}, {"runs-map-chart"}),
    "scatter": ("runs", {"view": "scatter"}, {"runs-scatter-chart"}),
    "sweep": ("sweeps", {}, {"sweep-history"}),
    "sweep, importance": ("sweeps", {}, {"sweep-importance"}),
    "sweep, slices": (
        "sweeps",
        {},
        {"sweep-slice-optim-lr", "sweep-slice-data-batch_size"},
    ),
    "sweep, contour": ("sweeps", {}, {"sweep-contour"}),
    "sweep, map": ("sweeps", {}, {"runs-map-chart"}),
    "sweep, parallel": ("sweeps", {}, {"runs-parallel"}),
    "sweep, scatter": ("sweeps", {}, {"runs-scatter-chart"}),
}
"""Page, address, and the keys of the charts on it."""


def test_every_part_of_the_test_page_is_looked_at() -> None:
    parts = {
        address.get("part", "mistakes") for where, address, _ in PLACES.values() if where == "test"
    }
    assert parts == set(registry.PARTS)


@pytest.mark.parametrize("place", PLACES)
def test_the_charts_of_a_page_have_words_and_tables(
    app: AppTest, trained: list[RunFolder], place: str
) -> None:
    where, address, expected = PLACES[place]
    runs = [folder.id for folder in trained]
    if ", " in place:
        app.session_state["places"] = {"chart": place.partition(", ")[2]}
    page = opened(app, where, {"run": runs[0], "selected": ",".join(runs)} | address)
    assert set(charts(page)) == expected
    foldable = expected - set(OWN_TABLES)
    assert folds(page) == foldable
    assert not tables(page)  # a chart's is not made before it is opened
    assert len(words(page)) > 40
    for key in foldable:
        page.session_state[f"table-{key}"] = True
    page.run()
    assert not page.exception
    found = tables(page)
    assert len(found) == len(foldable)
    for headings, rows in found:
        assert rows
        assert {len(row) for row in rows} == {len(headings)}
        assert all(any(cell.strip() for cell in row) for row in rows)
