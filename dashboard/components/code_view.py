"""Code to read, copy and download, with the lines marked that a change has moved.

`st.code` numbers lines and marks none (no upstream issue asks for it).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components.message import DECODER, pack_arrays
from dashboard.components.script import lean
from dashboard.words.translation import _, ngettext
from dashboard.words.wording import listed

__all__ = ["CodeInfo", "code_message", "code_view"]

_STYLE = """
.code-view {
  --quiet: color-mix(in srgb, var(--st-text-color) 72%, var(--st-secondary-background-color));
  --string: color-mix(in srgb, var(--code-string) 55%, var(--st-text-color));
  --mark: color-mix(in srgb, var(--code-mark) 18%, var(--st-background-color));
}
.bar { display: flex; gap: 0.5rem; align-items: center; margin-bottom: 0.4rem; }
.said { flex: 1 1 0; min-width: 0; font: 400 0.875rem/1.25rem var(--st-font); color: var(--quiet); }
button {
  border: 1px solid var(--st-border-color); border-radius: 0.4rem; background: none;
  cursor: pointer; color: var(--st-text-color); font: 500 0.875rem var(--st-font);
  padding: 0.2rem 0.7rem; min-height: 2rem;
}
button:hover { border-color: var(--st-primary-color); }
button:focus-visible, pre:focus-visible {
  outline: 2px solid var(--st-link-color); outline-offset: 2px;
}
pre {
  margin: 0; max-height: 26rem; overflow: auto; padding: 0.6rem 0; border-radius: 0.5rem;
  background: var(--st-secondary-background-color); color: var(--st-text-color);
  font: 400 0.8125rem/1.3rem var(--st-code-font, monospace); tab-size: 4; counter-reset: line;
}
code { font: inherit; display: block; width: max-content; min-width: 100%; }
.line { display: block; white-space: pre; padding-right: 1rem; border-left: 3px solid transparent; }
.line::before {
  counter-increment: line; content: counter(line); display: inline-block; width: 2.2rem;
  margin-right: 0.9rem; text-align: right; color: var(--quiet); user-select: none;
}
.wraps code { width: auto; }
.wraps .line {
  white-space: pre-wrap; overflow-wrap: anywhere; padding-left: 3.1rem; text-indent: -3.1rem;
}
.marked { background: var(--mark); border-left-color: var(--st-link-color); }
.comment { color: var(--quiet); }
.string { color: var(--string); }
.keyword, .flag { color: var(--st-link-color); }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInfo:
    """What is shown.

    Attributes:
        code: the text.
        label: what it is, for those who cannot see it.
        file: name of the file that is downloaded; empty: none is offered.
        content: of that file, where it is not the code itself.
        marked: indices of the marked lines, from 0.
        said: of the marked lines; None: that they have changed.
        wraps: long lines are broken, where there is no room for them.
    """

    code: str
    label: str
    file: str = ""
    content: str | None = None
    marked: Sequence[int] = ()
    said: str | None = None
    wraps: bool = False


def code_view(info: CodeInfo, *, key: str) -> None:
    """Draw the code; its colours follow the theme of the page.

    Args:
        info: what is shown.
        key: of the component.
    """
    _component()(key=key, data=code_message(info), height="content")


def code_message(info: CodeInfo) -> bytes:
    """The code as one message; its `revision` says whether there is anything to draw anew."""
    content = f"{info.code}\0{list(info.marked)}"
    header: dict[str, Any] = {
        "revision": hashlib.blake2b(content.encode(), digest_size=8).hexdigest(),
        "code": info.code,
        "file": info.file,
        "marked": list(info.marked),
        "wraps": info.wraps,
        "texts": {
            "copy": _("Copy"),
            "copied": _("Copied"),
            "download": _("Download"),
            "label": info.label,
            "changed": _changed(info.marked) if info.said is None else info.said,
        },
    }
    if info.content is not None:
        header["content"] = info.content
    return pack_arrays(header, {})


def _changed(marked: Sequence[int]) -> str:
    """The lines that a change has moved, counted from 1."""
    if not marked:
        return ""
    numbers = listed(str(index + 1) for index in marked[:4])
    if len(marked) > 4:
        return ngettext("{n:,} line has changed", "{n:,} lines have changed", len(marked))
    if len(marked) == 1:
        return _("Line {numbers} has changed", numbers=numbers)
    return _("Lines {numbers} have changed", numbers=numbers)


@functools.cache
def _component() -> Any:
    script = DECODER + lean(Path(__file__).with_suffix(".js"))
    return st.components.v2.component("code_view", css=_STYLE, js=script)
