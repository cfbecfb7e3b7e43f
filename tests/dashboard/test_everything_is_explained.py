"""Nothing on any page is unexplained: every control, figure and column says what it is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from dashboard.panels.test_parts import registry
from mlcore.events import Paused
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.dashboard.made_sweep import made_sweep
from tests.dashboard.shown_texts import nodes
from tests.dashboard.train_page import CONFIG, EPOCH, STARTED, STEPS, unfold_settings

PAGES = (
    *("train", "runs", "run", "sweeps", "test", "draw", "checkpoints", "data", "learn", "lessons"),
)
_TABLES = ("Arrow", "ArrowData", "Dataframe")
PLAIN = {"PageLink", "Expandable", "Markdown", "Heading"}
"""Elements whose text is all there is to say."""


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG)
    execute(folder)
    return folder


def unexplained(app: AppTest) -> list[str]:
    """Labels of what has room for help, and none; columns of tables without any."""
    assert not app.exception
    found = set()
    for node in nodes(app._tree):
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message) and type(proto).__name__ not in PLAIN:
            found.update(_of(proto))
    return sorted(found)


def _of(proto: Any) -> Iterator[str]:
    kind, fields = type(proto).__name__, proto.DESCRIPTOR.fields_by_name
    if kind == "Block":
        if proto.WhichOneof("type") == "popover" and not proto.popover.help:
            yield f"popover: {proto.popover.label}"
    elif kind in _TABLES:
        yield from (f"column: {name}" for name in _columns(proto))
    elif "help" in fields and "label" in fields and not proto.help and not _is_clear(proto):
        yield f"{kind}: {proto.label}"


def _columns(proto: Any) -> Iterator[str]:
    """The columns of a table that have no help."""
    about = json.loads(proto.columns or "{}")
    for name in convert_arrow_bytes_to_pandas_df(proto.arrow_data.data).columns:
        if not about.get(name, {}).get("help"):
            yield about.get(name, {}).get("label") or name


def _is_clear(proto: Any) -> bool:
    """Links, and rows of buttons whose heading explains them: a hidden label has no help."""
    hidden = getattr(proto, "label_visibility", None)
    return getattr(proto, "type", "") == "tertiary" or (hidden is not None and hidden.value > 0)


@pytest.mark.parametrize("page", PAGES)
def test_on_every_page(page: str, app: AppTest, trained: RunFolder) -> None:
    unfold_settings(app).run()
    shown = app if page == "train" else app.switch_page(f"app_pages/{page}.py").run()
    assert unexplained(shown) == []


@pytest.mark.parametrize("part", registry.PARTS)
def test_in_every_part_of_a_test(part: str, app: AppTest, trained: RunFolder) -> None:
    app.query_params["part"] = part
    app.run()
    assert unexplained(app.switch_page("app_pages/test.py").run()) == []


def test_while_a_run_trains(app: AppTest, made: Callable[..., RunFolder], runs: RunStore) -> None:
    run = made(STARTED, STEPS, EPOCH, alive=True)
    made(STARTED, STEPS, EPOCH, Paused(step=39, epoch=1), alive=True)
    app.query_params["run"] = run.id
    assert unexplained(app.run()) == []


def test_with_a_sweep(app: AppTest, runs: RunStore) -> None:
    made_sweep(runs, trials=9)
    assert unexplained(app.run().switch_page("app_pages/sweeps.py").run()) == []


def test_what_lacks_its_help_is_found() -> None:
    app = AppTest.from_string(
        "import streamlit as st\n"
        "st.button('bare')\n"
        "st.button('told', help='what it does')\n"
        "st.button('a link', type='tertiary')\n"
        "st.metric('figure', 1)\n"
        "st.dataframe({'x': [1]})\n"
        "st.popover('menu')\n"
    ).run()
    assert unexplained(app) == ["Button: bare", "Metric: figure", "column: x", "popover: menu"]
