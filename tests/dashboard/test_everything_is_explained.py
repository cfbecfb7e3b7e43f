"""Nothing on any page is unexplained: every control, figure and column says what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from dashboard.panels.test_parts import registry
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore
from tests.dashboard.shown_texts import nodes
from tests.dashboard.train_page import CONFIG

PAGES = ("train", "runs", "run", "test", "draw", "checkpoints", "data", "learn")
PLAIN = {"PageLink"}
"""Elements that are links, whose text is all there is to say."""


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
        return
    if kind == "Arrow" or kind == "Dataframe":
        for name, column in json.loads(proto.columns or "{}").items():
            if name != "_index" and not column.get("help"):
                yield f"column: {column.get('label') or name}"
        return
    if "help" in fields and {"label", "body"} & set(fields) and not proto.help:
        if kind in ("Markdown", "Heading", "Expandable"):
            return
        yield f"{kind}: {getattr(proto, 'label', '') or proto.id[-40:]}"


@pytest.mark.parametrize("page", PAGES)
def test_on_every_page(page: str, app: AppTest, trained: RunFolder) -> None:
    app.run()
    shown = app if page == "train" else app.switch_page(f"app_pages/{page}.py").run()
    assert unexplained(shown) == []


@pytest.mark.parametrize("part", registry.PARTS)
def test_in_every_part_of_a_test(part: str, app: AppTest, trained: RunFolder) -> None:
    app.query_params["part"] = part
    app.run()
    assert unexplained(app.switch_page("app_pages/test.py").run()) == []
