"""Every text that a page of AppTest sends to the browser, whatever element it is in."""

from __future__ import annotations

import html
import json
import re
import struct
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

__all__ = ["nodes", "shown_texts"]

_NO_TEXT = {
    *("id", "icon", "theme", "color", "type", "tag", "format", "page", "page_script_hash"),
    "language",  # of code
    *(
        "form_id",
        "component_name",
        "js_content",
        "css_content",
        "deferred_file_id",
        "config",
        "raw_value",
        "code_text",
        "language",
    ),
    *("json", "bytes", "mixed", "spec", "columns"),
}
"""Fields of elements that hold no text, or one that is read in another way."""

_OF_A_CHART = {
    *("text", "name", "title", "ticktext", "hovertext", "hovertemplate", "texttemplate"),
    *("not_loaded", "late", "seldom"),
}
_ATTRIBUTE = re.compile(r"(?:title|alt|aria-label)=(['\"])(.*?)\1", re.DOTALL)
_STYLE_OR_TAG = re.compile(r"<(style|script)>.*?</\1>|<[^>]*>", re.DOTALL)


def shown_texts(app: AppTest, *, sidebar: bool = True) -> Iterator[tuple[str, str]]:
    """Where a text is shown and the text itself, for all elements of a page and its sidebar."""
    found = nodes(app._tree) if sidebar else (x for k in (0, 2) for x in nodes(app._tree[k]))
    for node in found:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            yield from _texts(proto, type(node).__name__)


def nodes(node: Any) -> Iterator[Any]:
    """All elements and blocks of a tree."""
    yield node
    for child in getattr(node, "children", {}).values():
        yield from nodes(child)


def _texts(message: Message, where: str) -> Iterator[tuple[str, str]]:
    kind = type(message).__name__
    if kind == "Markdown" and message.element_type == message.Type.LATEX:  # type: ignore[attr-defined]
        return
    if kind == "Html":
        yield from ((where, text) for text in _of_html(message.body))  # type: ignore[attr-defined]
        return
    if kind == "PlotlyChart":
        yield from _of_json(json.loads(message.spec), where)  # type: ignore[attr-defined]
    if kind == "BidiComponent" and message.bytes:  # type: ignore[attr-defined]
        (size,) = struct.unpack_from("<I", message.bytes)  # type: ignore[attr-defined]
        yield from _of_json(json.loads(message.bytes[4 : 4 + size]), where)  # type: ignore[attr-defined]
    if kind == "Dataframe":
        yield from _of_table(message, where)
        return
    for field, value in message.ListFields():
        if field.name in _NO_TEXT:
            continue
        for item in value if field.is_repeated else [value]:
            if isinstance(item, Message):
                yield from _texts(item, f"{where}.{field.name}")
            elif isinstance(item, str):
                yield f"{where}.{field.name}", item


def _of_html(body: str) -> Iterator[str]:
    for match in _ATTRIBUTE.finditer(body):
        yield html.unescape(match[2])
    yield html.unescape(_STYLE_OR_TAG.sub(" ", body))


def _of_json(value: Any, where: str, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "texts":  # of a component
                yield from ((f"{where}.{key}", text) for key, text in item.items())
            elif name != "arrays":  # of a live chart: where in the message its numbers are
                yield from _of_json(item, where, name)
    elif isinstance(value, list):
        for item in value:
            yield from _of_json(item, where, key)
    elif isinstance(value, str) and key in _OF_A_CHART:
        yield f"{where}.{key}", html.unescape(_STYLE_OR_TAG.sub(" ", value))


def _of_table(message: Any, where: str) -> Iterator[tuple[str, str]]:
    """Headings, their help, and the texts in the cells."""
    configs = json.loads(message.columns or "{}")
    frame = convert_arrow_bytes_to_pandas_df(message.arrow_data.data)
    for column in frame.columns:
        config = configs.get(column, {})
        yield f"{where}.heading", str(config.get("label") or column)
        yield f"{where}.help", str(config.get("help") or "")
        for value in frame[column]:
            if isinstance(value, str):
                yield f"{where}.cell", value
    yield f"{where}.placeholder", message.placeholder
