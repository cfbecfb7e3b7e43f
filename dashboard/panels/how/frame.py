"""The frame that the five chapters share: words, formulas with numbers, code, and pitfalls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.components.code_view import CodeInfo, code_view
from dashboard.gaps.widgets import show
from dashboard.panels.links import link
from dashboard.session import first_steps, places
from dashboard.words.chapters import CHAPTERS_OF, PARAMETER, WORDS, ChapterWords
from dashboard.words.questions import LESSON
from dashboard.words.translation import _, translated
from mlcore.config import RunConfig
from mlcore.export import Chapter, chapter_code

__all__ = ["Formula", "chapter", "write_in_address"]

_OPEN = "chapters-open"


class Formula(NamedTuple):
    """A formula with its numbers, and what it is."""

    words: str
    tex: str


def chapter(name: Chapter, config: RunConfig, formulas: Sequence[Formula]) -> None:
    """A line that opens; opening another one leaves it open.

    Args:
        name: which chapter.
        config: settings that code and formulas are written for.
        formulas: with the numbers put in.
    """
    words, key = WORDS[name], f"how-{name}"
    is_open = _is_open(name)
    widget = show(key, is_open, lambda opened: _opened(name, opened))
    folded = st.expander(
        translated(words.title),
        expanded=is_open,
        icon=":material/school:",
        key=widget.key,
        on_change="rerun",
    )
    if places.place(PARAMETER) == name and places.arrived(PARAMETER):
        places.reveal(key)
    if not is_open:
        return
    if name == "model":
        first_steps.note("model")
    with folded:
        left, right = st.columns(2, gap="large")
        with left:
            _explained(words, formulas)
        with right:
            code = chapter_code(config, name, translated)
            title = _("These settings in PyTorch")
            info = CodeInfo(code=code, label=title, file=f"{name}.py", wraps=True)
            code_view(info, key=f"{key}-code")
        _pitfalls(name, words)


def write_in_address(page: str) -> None:
    """Make the address name the chapter opened last, where this page has it."""
    held = places.place(PARAMETER)
    places.write_in_address({PARAMETER: held if held in CHAPTERS_OF[page] else None})


def _is_open(name: Chapter) -> bool:
    """Whether it was opened, or a link has led to it."""
    if places.place(PARAMETER) == name:
        _all_open().add(name)
    return name in _all_open()


def _opened(name: Chapter, opened: bool) -> None:
    if opened:
        _all_open().add(name)
        places.go_to(**{PARAMETER: name})
        return
    _all_open().discard(name)
    if places.place(PARAMETER) == name:
        places.go_to(**{PARAMETER: None})


def _all_open() -> set[str]:
    found: set[str] = st.session_state.setdefault(_OPEN, set())
    return found


def _explained(words: ChapterWords, formulas: Sequence[Formula]) -> None:
    st.markdown(translated(words.what))
    for formula in formulas:
        st.caption(formula.words)
        st.latex(formula.tex)


def _pitfalls(name: Chapter, words: ChapterWords) -> None:
    title = _("Where it usually goes wrong")
    st.markdown(f"**{title}**")
    with st.container(key=f"pitfalls-{name}", gap="xsmall"):
        for pitfall in words.pitfalls:
            with st.container(horizontal=True, vertical_alignment="top", gap="small"):
                st.markdown(f"- {translated(pitfall.text)}", width="stretch")
                if pitfall.lesson:
                    link(
                        _("Run it wrong and right"),
                        key=f"pitfall-{name}-{pitfall.lesson}",
                        page="lessons",
                        places_there={"lesson": pitfall.lesson},
                        shows=LESSON,
                    )
